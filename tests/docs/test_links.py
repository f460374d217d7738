"""Links lead somewhere, and no page tells more than it should."""

import re
import subprocess
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.docs.pages import PAGES, ROOT, anchor, code, headings, links, name_of, read

MINE = Path(__file__).relative_to(ROOT).as_posix()
MACHINE = re.compile(r"(?<![\w./-])/(?:root|home/\w+|Users/\w+|work|mnt|workspace)/(?!\.\.)")
HOSTS = ("pypi", "pythonhosted", "npmjs", "npmmirror", "repo1.maven", "repo.maven", "artifactory", "jfrog", "nexus")
REGISTRY = re.compile(r"https?://[^\s/\"')]*(?:" + "|".join(map(re.escape, HOSTS)) + r")[^\s\"')]*", re.IGNORECASE)
HAN = re.compile(r"[一-鿿，。！？；：、“”‘’《》0-9A-Za-z]{16,}")


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page: Path) -> None:
    """A relative link names a file that is there, and a heading that the file has."""
    for link in links(read(page)):
        if link.startswith(("http://", "https://", "mailto:")):
            continue
        path, _, part = unquote(link).partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert not part or part in {anchor(title) for _, title in headings(read(target))}, link


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_files_that_are_named_are_there(page: Path) -> None:
    """So does a path that a page names without a link."""
    for said in code(read(page)):
        if re.fullmatch(r"(?:docs|tests|benchmarks|deploy|config)/[\w./-]+\.\w+", said):
            assert (ROOT / said).exists(), said


def tracked() -> list[str]:
    """Every text file of the project, as git knows them; the pages alone where there is no git."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    names = listed.stdout.decode().split("\0")[:-1] if listed.returncode == 0 else [name_of(page) for page in PAGES]
    return [name for name in names if name != MINE and not name.endswith((".npz", ".gz", ".png")) and (ROOT / name).is_file()]


def test_no_file_names_a_registry_or_a_place_of_one_machine() -> None:
    """Packages come from wherever the machine is configured to fetch, and nobody else has our folders."""
    for name in tracked():
        text = (ROOT / name).read_text(encoding="utf-8", errors="replace")
        assert REGISTRY.search(text) is None, name
        assert MACHINE.search(text) is None, name


def test_what_is_looked_for_would_be_found() -> None:
    """The patterns find what they are for, and nothing that is right."""
    assert REGISTRY.search("from https://files." + "pythonhosted.org/x.whl")
    assert MACHINE.search('open("/' + 'home/li/x")')
    assert MACHINE.search("see `/" + "work/main/x`")
    assert not MACHINE.search("alerts/work/x and ./home/a/ and https://a.example/root/")


@pytest.mark.data
def test_no_page_holds_a_sentence_of_the_labelled_data(shared_data: Path) -> None:
    """Texts in the documentation are our own: no run of 16 characters stands in any set."""
    runs = {run for page in PAGES for run in HAN.findall(read(page)) if re.search("[一-鿿]{8}", run)}
    assert runs
    for path in sorted(shared_data.rglob("*.jsonl.gz")):
        text = subprocess.run(["gzip", "-dc", path], capture_output=True, check=True).stdout.decode()
        assert [run for run in runs if run in text] == [], path.name
