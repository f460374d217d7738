"""The script that tries the dashboards in a real Kibana: where it can't, it says so."""

import os
import re
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "deploy" / "kibana.sh"


def test_without_docker_it_says_that_it_did_not_run(tmp_path: Path) -> None:
    """Plainly, and with an exit code of its own, so that nobody takes it for a success."""
    for name in ("dirname", "sh"):
        (tmp_path / name).symlink_to(str(shutil.which(name)))
    done = subprocess.run([SCRIPT], env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert done.stdout == ""
    assert "NOT RUN" in done.stderr
    assert "not tried in a real Kibana" in done.stderr


def test_it_calls_commands_that_there_are() -> None:
    """The script is not run where there is no Docker, so at least its words are checked."""
    text = SCRIPT.read_text(encoding="utf-8")
    subprocess.run(["sh", "-n", SCRIPT], check=True)
    assert os.access(SCRIPT, os.X_OK)
    assert set(re.findall(r"-m cli dashboards (\w+)", text)) == {"install", "compare"}
    compose = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    assert "127.0.0.1:5601:5601" in compose
    assert "ELASTIC_PASSWORD=" in (ROOT / ".env.example").read_text(encoding="utf-8")
