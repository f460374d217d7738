"""The tagger in a process of its own."""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest

from config.check import load_office
from config.settings import NlpSettings, Settings
from nlp.known import Known
from nlp.office import office_tagger
from nlp.segment import default
from nlp.tagger import Tagger
from services.apart import ApartTagger, command_for
from services.errors import TaggerGone, TaggerUnavailable, Untaggable
from streams.messages import Author, Kind, Post

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
BREAKS = """
import nlp.tagger, os
def tag_said(self, said):
    texts = [one.text for one in said]
    if "break" in texts: raise RuntimeError("a library broke")
    if "die" in texts: os._exit(3)
    return whole(self, said)
whole, nlp.tagger.Tagger.tag_said = nlp.tagger.Tagger.tag_said, tag_said
from services.tagging import main
main()
"""


def post(text: str, title: str | None = None) -> Post:
    """One post of our own."""
    return Post(
        id=f"web:{text}",
        platform="web",
        kind=Kind.ARTICLE,
        author=Author(id="p:1"),
        text=text,
        title=title,
        published_at=NOW,
        collected_at=NOW,
        source="s",
    )


@pytest.fixture(scope="module")
def tagger() -> Iterator[ApartTagger]:
    """One that breaks on "break" and dies on "die"."""
    with ApartTagger([sys.executable, "-c", BREAKS]) as tagger:
        yield tagger


def test_tags_are_those_of_the_tagger_in_this_process() -> None:
    """Where the tagging is done makes no difference, and the stamp is that of the cutter there."""
    posts = [post("云溪的桂花开了", "秋天"), post(""), post("地铁又晚点了[怒]，等了二十分钟"), post("x" * 100_000)]
    known = Known.of(load_office(Settings()))
    with ApartTagger(command_for(Settings()), known) as apart:
        assert apart.tag(posts) == Tagger.load(known=known).tag(posts)
        assert apart.tag([]) == []
        assert apart.segmenter == str(default().stamp)
        child = psutil.Process(apart.pid)
    assert not child.is_running()


def test_a_text_that_breaks_the_tagger_is_told_from_the_rest(tagger: ApartTagger) -> None:
    """The error comes back as it was there, and the process goes on."""
    with pytest.raises(Untaggable, match="a library broke"):
        tagger.tag([post("好"), post("break")])
    assert tagger.tag([post("好")])


def test_a_process_that_dies_is_started_again(tagger: ApartTagger) -> None:
    """One that was killed is replaced in silence; one that dies of a text twice is not asked a third time."""
    child = psutil.Process(tagger.pid)
    child.kill()
    child.wait()
    assert tagger.tag([post("好")])
    with pytest.raises(TaggerGone, match="died twice"):
        tagger.tag([post("die")])
    assert tagger.tag([post("好")])


def test_a_process_that_cannot_tag_says_why() -> None:
    """Neither one that ends at once nor one without weights is waited for."""
    with pytest.raises(TaggerUnavailable, match="ended at once"):
        ApartTagger([sys.executable, "-c", ""])
    missing = "from pathlib import Path; import nlp.tagger; nlp.tagger.SHIPPED = Path('nowhere'); from services.tagging import main; main()"
    with pytest.raises(TaggerUnavailable, match=r"nowhere.*can't be read"):
        ApartTagger([sys.executable, "-c", missing])


def test_the_process_ends_with_its_parent() -> None:
    """A parent that is killed leaves no orphan."""
    parent = psutil.Popen(
        [
            sys.executable,
            "-c",
            "import time; from services.apart import ApartTagger; a = ApartTagger(); print('up', flush=True); time.sleep(60)",
        ],
        stdout=-1,
    )
    assert parent.stdout.readline() == b"up\n"
    (child,) = parent.children()
    parent.kill()
    parent.wait()
    parent.stdout.close()
    child.wait(10)
    assert not child.is_running()


def test_an_office_s_own_words_are_known_there(tmp_path: Path) -> None:
    """Its dictionary and weights reach the process, and its stamp comes back."""
    words = tmp_path / "words.txt"
    words.write_text("桃园惠民通\n", encoding="utf-8")
    settings = Settings(nlp=NlpSettings(dictionary=words))
    with ApartTagger(command_for(settings)) as apart:
        assert apart.segmenter == office_tagger(settings.nlp).segmenter
        (tagged,) = apart.tag([post("桃园惠民通打不开")])
    assert tagged.tags.tokens == "桃园惠民通 打不开"
    words.unlink()
    with pytest.raises(TaggerUnavailable, match=r"words\.txt: can't be read"):
        ApartTagger(command_for(settings))
