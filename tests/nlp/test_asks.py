"""What a text asks for, by the office's words and by its voice."""

import pytest

from config.incidents import load_incidents
from config.settings import PACKAGE_DIR, Settings
from matching.fold import fold
from nlp.asks import ASKED, WORDED, AskWords
from streams.messages import AskKind

WORDS = AskWords(load_incidents(Settings(config_dir=PACKAGE_DIR)).requests.kinds)


@pytest.mark.parametrize(
    ("text", "probability", "kind"),
    [
        ("我要投诉公交司机", 0.9, AskKind.COMPLAINT),
        ("我要投诉公交司机", WORDED, AskKind.COMPLAINT),
        ("我要投诉公交司机", WORDED - 0.01, None),
        ("投诉没用，只好举报他们", 0.9, AskKind.REPORT),
        ("路灯坏了两个月", ASKED, AskKind.COMPLAINT),
        ("路灯坏了两个月", ASKED - 0.01, None),
        ("孩子几点放学？有人说何时改的吗", 0.9, AskKind.QUESTION),
        ("应该多装几盏路灯", 0.9, AskKind.SUGGESTION),
        ("老人走失，穿灰色外套", 0.9, AskKind.HELP),
        ("交警同志辛苦了", 0.9, AskKind.PRAISE),
        ("交警同志辛苦了，可是路灯坏了", 0.9, AskKind.COMPLAINT),
        ("举报电话已开通", 0.3, None),
        ("", 0.9, AskKind.COMPLAINT),
    ],
)
def test_words_and_voice_decide_together(text: str, probability: float, kind: AskKind | None) -> None:
    """A word counts unless the voice speaks clearly against it; a clear voice counts without one."""
    assert WORDS.kind(fold(text), probability) is kind


def test_the_words_are_shown() -> None:
    """Those of the kind that was found, for everybody to see why."""
    found = WORDS.find(fold("投诉也没人管"))
    assert found is not None
    assert found.words == ("投诉", "没人管")
