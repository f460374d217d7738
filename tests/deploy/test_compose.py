"""The compose file: what it starts, and that it starts nothing open, rootful or with a password that everyone knows."""

import os
import re
import shutil
import stat
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from config.settings import load_settings, setting_names

ROOT = Path(__file__).parents[2]
COMPOSE = ROOT / "docker-compose.yml"
EXAMPLE = ROOT / ".env.example"
FINISHES = {"users"}  # ends by itself, so it has no health
OURS = {"crawl", "work", "watch", "serve"}
STATELESS = {"watch", "serve"}  # all that they know stands in the database


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    """Read the file as YAML, anchors and merges resolved."""
    read: dict[str, Any] = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))
    return read


def required() -> set[str]:
    """Names that the compose file takes from `.env`, all of them as `${NAME:?…}`."""
    return set(re.findall(r"(?<!\$)\$\{([A-Z_]+):\?", COMPOSE.read_text(encoding="utf-8")))


def test_starts_the_servers_and_our_roles(compose: dict[str, Any]) -> None:
    """Kafka, Elasticsearch, Kibana and our roles are all there."""
    assert {"kafka", "elasticsearch", "kibana"} | OURS <= set(compose["services"])


def test_every_service_tells_its_health(compose: dict[str, Any]) -> None:
    """Each service that stays has a health check; each image is pinned or ours."""
    for name, service in compose["services"].items():
        assert name in FINISHES or service["healthcheck"]["test"], name
        assert re.search(r":\d+\.\d+\.\d+$", service["image"]) or name in OURS, name


def test_versions_are_those_of_the_tests(compose: dict[str, Any]) -> None:
    """Users run the versions that the tests run against."""
    from services.stack.artifacts import ELASTICSEARCH, KAFKA  # noqa: PLC0415 - the one thing needed of it

    assert compose["services"]["kafka"]["image"].endswith(f":{KAFKA}")
    for name in ("elasticsearch", "kibana", "users"):
        assert compose["services"][name]["image"].endswith(f":{ELASTICSEARCH}")


def test_no_variable_has_a_default(compose: dict[str, Any]) -> None:
    """Each variable is required, so that nothing starts with a password that everyone knows."""
    text = COMPOSE.read_text(encoding="utf-8")
    used = set(re.findall(r"(?<!\$)\$\{?([A-Z_]+)", text))
    assert used == required()
    secret = re.compile(r"PASSWORD|KEY$|ENCRYPTIONKEY")
    for name, service in compose["services"].items():
        for variable, value in service.get("environment", {}).items():
            assert not secret.search(variable) or str(value).startswith("${"), f"{name}: {variable}"


def test_the_example_names_every_variable_and_fills_in_none() -> None:
    """`.env.example` is complete, and a copy of it alone starts nothing."""
    lines = [line for line in EXAMPLE.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    assert {line.partition("=")[0] for line in lines} == required()
    assert all(line.endswith("=") for line in lines)


def test_settings_are_ones_that_the_program_knows(compose: dict[str, Any]) -> None:
    """A mistyped setting would stop the container at its start."""
    for name in OURS:
        given = {variable for variable in compose["services"][name]["environment"] if variable.startswith("YUQING_")}
        assert given <= set(setting_names())


def test_our_roles_run_commands_that_there_are(compose: dict[str, Any]) -> None:
    """A container's command is one of the program's, with options that it has."""
    for name in OURS:
        done = subprocess.run(
            [sys.executable, "-m", "cli", *compose["services"][name]["command"], "--help"], check=False, capture_output=True
        )
        assert done.returncode == 0, name


def test_each_role_has_only_the_secrets_it_needs(compose: dict[str, Any]) -> None:
    """`crawl` knows no password of the database; the key of the pseudonyms is for those who take posts in; `watch` alone sends."""
    given = {name: compose["services"][name]["environment"] for name in OURS}
    assert not [variable for variable in given["crawl"] if "ELASTICSEARCH" in variable]
    assert {name for name in OURS if "YUQING_OFFICE__PSEUDONYM_KEY" in given[name]} == {"crawl", "serve"}
    assert {name for name in compose["services"] if "env_file" in compose["services"][name]} == {"watch"}


def test_no_file_with_secrets_must_be_there(compose: dict[str, Any]) -> None:
    """An office that sends to nobody has no secrets of channels; where there are some, they lie with its other files."""
    (secrets,) = compose["services"]["watch"]["env_file"]
    assert secrets == {"path": "${YUQING_OFFICE_FOLDER:?}/channels.env", "required": False}


def test_the_pages_are_healthy_only_when_they_answer(compose: dict[str, Any]) -> None:
    """A server of pages that hangs is not healthy because the database is; and it is asked where it listens."""
    serve = compose["services"]["serve"]
    assert serve["healthcheck"]["test"][-1] == "--pages"
    port = load_settings().web.port
    assert serve["ports"] == [f"127.0.0.1:{port}:{port}"]
    assert serve["environment"]["YUQING_WEB__HOST"] == "0.0.0.0"


def test_ports_are_published_on_loopback_only(compose: dict[str, Any]) -> None:
    """Nothing is reachable from outside the machine."""
    published = [port for service in compose["services"].values() for port in service.get("ports", ())]
    assert published
    assert all(port.startswith("127.0.0.1:") for port in published)


def test_what_must_last_lies_in_volumes(compose: dict[str, Any]) -> None:
    """Every server, and every role that keeps anything, writes to a named volume that is declared."""
    for name in set(compose["services"]) - FINISHES - STATELESS:
        named = {volume.partition(":")[0] for volume in compose["services"][name]["volumes"]}
        assert named & set(compose["volumes"]), name


def test_our_roles_can_do_little(compose: dict[str, Any]) -> None:
    """A hole in our program gives no root, no capability and no writable system."""
    dockerfile = (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8")
    assert re.search(r"^USER (?!root|0\b)\w+", dockerfile.split("FROM")[-1], re.MULTILINE)
    for name in OURS:
        service = compose["services"][name]
        assert (service["cap_drop"], service["read_only"]) == (["ALL"], True)
        assert "no-new-privileges:true" in service["security_opt"]


def test_files_that_it_mounts_and_builds_from_are_there(compose: dict[str, Any]) -> None:
    """A path that is not there would be made as an empty folder by Docker, and fail much later."""
    assert (ROOT / compose["services"]["crawl"]["build"]["dockerfile"]).is_file()
    for service in compose["services"].values():
        for volume in service["volumes"]:
            source = volume.partition(":")[0]
            assert not source.startswith("./") or (ROOT / source).is_file()


def test_the_image_gets_the_program_and_nothing_else() -> None:
    """Everything is kept out but what is named: no .env, no data, no .git; and all packages are named."""
    lines = [line for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    assert lines[0] == "*"
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert set(project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]) <= {line.removeprefix("!") for line in lines}


@pytest.mark.parametrize("script", ["deploy/servers.sh", "deploy/environment.sh", ".ci/run", "deploy/users.sh"])
def test_scripts_parse(script: str) -> None:
    """Each script is one that its shell can read."""
    shell = "bash" if "bash" in (ROOT / script).read_text(encoding="utf-8").partition("\n")[0] else "sh"
    assert subprocess.run([shell, "-n", str(ROOT / script)], check=False).returncode == 0


@pytest.mark.parametrize("weak", ["", "short", 'with"quote-and-more'])
def test_a_weak_or_unquotable_password_is_refused_before_anything_is_sent(weak: str) -> None:
    """The set-up of users ends with status 2 and names the variable."""
    given = {"PATH": os.environ["PATH"], "ELASTIC_PASSWORD": "a" * 24, "KIBANA_PASSWORD": weak, "YUQING_PASSWORD": "b" * 24}
    done = subprocess.run(["bash", str(ROOT / "deploy" / "users.sh")], env=given, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "KIBANA_PASSWORD" in done.stderr


def test_without_maven_the_command_to_install_it_is_printed(tmp_path: Path) -> None:
    """On a machine of one's own nothing is installed; the command is printed, and the tests go on."""
    project = tmp_path / "project"
    (project / "deploy").mkdir(parents=True)
    shutil.copy(ROOT / "deploy" / "servers.sh", project / "deploy")
    python = project / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text("#!/bin/sh\nexit 1\n")  # finds no Java
    python.chmod(python.stat().st_mode | stat.S_IXUSR)
    tools = tmp_path / "tools"
    tools.mkdir()
    for tool in ("dirname", "id", "tr"):
        (tools / tool).symlink_to(str(shutil.which(tool)))
    done = subprocess.run(
        ["/bin/sh", str(project / "deploy" / "servers.sh")], env={"PATH": str(tools)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0
    assert "apt-get install maven openjdk-21-jre-headless" in done.stdout


def test_docker_itself_accepts_the_file(tmp_path: Path) -> None:
    """`docker compose config` reads the file, and refuses it while a variable is not given."""
    docker = shutil.which("docker")
    if not docker or subprocess.run([docker, "compose", "version"], capture_output=True, check=False).returncode != 0:
        pytest.skip("no `docker compose` here (the file is checked as YAML instead): install Docker's compose plugin")
    given = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    command = ["docker", "compose", "--file", str(COMPOSE), "--env-file", os.devnull, "config", "--quiet"]
    assert subprocess.run(command, env=given, capture_output=True, check=False).returncode != 0
    filled = given | dict.fromkeys(required(), "x" * 32)
    assert subprocess.run(command, env=filled, capture_output=True, check=False).returncode == 0
