"""What a text asks for, by the office's words and by its voice."""

import pytest

from config.incidents import load_incidents
from config.settings import PACKAGE_DIR, Settings
from matching.fold import fold
from nlp.asks import ALONE, ANGRY, BRIEF, CIVIC, LEAST_LETTERS, NAMED, REPORTED, SIGNED, WORDED, AskWords
from streams.messages import AskKind

WORDS = AskWords(load_incidents(Settings(config_dir=PACKAGE_DIR)).requests.kinds)


@pytest.mark.parametrize(
    ("text", "probability", "kind"),
    [
        ("我要投诉公交司机", 0.9, AskKind.COMPLAINT),
        ("我要投诉公交司机", WORDED, AskKind.COMPLAINT),
        ("我要投诉公交司机", WORDED - 0.01, None),
        ("投诉没用，只好举报他们", 0.9, AskKind.REPORT),
        ("路灯坏了两个月", SIGNED, AskKind.COMPLAINT),
        ("路灯坏了两个月", SIGNED - 0.01, None),
        ("我要举报他们", REPORTED, AskKind.REPORT),
        ("我要举报他们", REPORTED - 0.01, None),
        ("自来水黄了一个多星期，群里都在说", ALONE, AskKind.COMPLAINT),
        ("自来水黄了一个多星期，群里都在说", ALONE - 0.01, None),
        ("孩子几点放学？有人说何时改的吗", 0.9, AskKind.QUESTION),
        ("应该多装几盏路灯", 0.9, AskKind.SUGGESTION),
        ("老人走失，穿灰色外套", 0.9, AskKind.HELP),
        ("交警同志辛苦了", 0.9, AskKind.PRAISE),
        ("交警同志辛苦了，可是路灯坏了", 0.9, AskKind.COMPLAINT),
        ("举报电话已开通", 0.3, None),
        ("收到。", 0.99, None),
        ("水" * (LEAST_LETTERS - 1) + "。。。。", 0.99, None),
        ("", 0.9, None),
    ],
)
def test_words_and_voice_decide_together(text: str, probability: float, kind: AskKind | None) -> None:
    """A word counts unless the voice speaks clearly against it; a clear voice counts with a sign, a clearer one without, but for remarks."""
    assert WORDS.judge(fold(text), probability).kind is kind


def test_a_content_author_complains_with_words_only() -> None:
    """A voice that nothing bears out is not believed where the text is a friendly one; thanks for what was put right are thanks."""
    thanks = fold("昨天反映井盖松动，今天就换好了，表扬")
    assert WORDS.judge(thanks, 0.9, sentiment=1).kind is AskKind.PRAISE
    assert WORDS.judge(thanks, 0.9).kind is AskKind.COMPLAINT
    assert WORDS.judge(fold("谢谢，我要举报他们"), 0.9, sentiment=1).kind is AskKind.REPORT
    assert WORDS.judge(fold("手机上就能挂号缴费，少跑好几趟医院"), 0.99, sentiment=1).kind is None
    assert WORDS.judge(fold("路灯坏了两个月，今天真高兴"), 0.99, sentiment=1).kind is AskKind.COMPLAINT


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("反映一下，建设路井盖松动，请尽快处理，非常感谢", AskKind.COMPLAINT),
        ("反映一下，楼道灯坏了，谢谢", AskKind.COMPLAINT),
        ("我想咨询一下公积金提取需要什么材料，谢谢您的解答", AskKind.QUESTION),
        ("建议东湖路增加一趟夜班公交，感谢！", AskKind.SUGGESTION),
        ("烧烤摊油烟扰民，上次解决了又来，希望管管，辛苦了", AskKind.COMPLAINT),
        ("感谢城管局，昨天反映的占道问题今天解决了", AskKind.PRAISE),
        ("投诉的垃圾堆已经清理了，谢谢环卫师傅", AskKind.PRAISE),
    ],
)
def test_who_asks_politely_asks(text: str, kind: AskKind) -> None:
    """Thanks at the end of what is asked for make a text sound content; only thanks for a thing put right ask for nothing."""
    assert WORDS.judge(fold(text), 0.9, sentiment=1).kind is kind


@pytest.mark.parametrize(
    ("text", "probability", "sentiment", "civic", "kind"),
    [
        ("谢谢派出所的王警官，帮我找回了自行车", NAMED, 1, False, AskKind.PRAISE),
        ("谢谢派出所的王警官，帮我找回了自行车", NAMED - 0.01, 1, False, None),
        ("谢谢派出所的王警官，让我白跑了三趟", NAMED, -1, False, None),
        ("社区大夫每天上门换药，太让人感动", NAMED, 1, False, AskKind.PRAISE),
        ("谢谢哥哥的新歌，太让人感动", 0.4, 1, False, None),
        ("医院旁边的包子真好吃", 0.4, 1, False, None),
        ("养老金认证在手机上怎么弄", NAMED, 0, False, AskKind.QUESTION),
        ("晚上还有公交么？", NAMED, -1, False, AskKind.QUESTION),
        ("今晚还有人打球吗", 0.4, 0, False, None),
        ("老城墙那边几点关灯", CIVIC, 0, True, AskKind.QUESTION),
        ("老城墙那边几点关灯", CIVIC - 0.01, 0, True, None),
        ("老城墙那边几点关灯" + "，" * BRIEF, CIVIC, 0, True, None),
        ("夜宵摊的油烟呛得孩子直咳嗽", ANGRY, -1, True, AskKind.COMPLAINT),
        ("夜宵摊的油烟呛得孩子直咳嗽", ANGRY - 0.01, -1, True, None),
        ("夜宵摊的油烟呛得孩子直咳嗽", ANGRY, 0, True, None),
        ("夜宵摊的油烟呛得孩子直咳嗽", ANGRY, -1, False, None),
        ("油烟呛人", ANGRY, -1, True, None),
    ],
)
def test_three_lines_about_a_public_matter_need_less(
    text: str, probability: float, sentiment: int, civic: bool, kind: AskKind | None
) -> None:
    """Thanks to whom the public is served by, brief questions, and anger about one of the topics; everyday talk like them asks for nothing."""
    assert WORDS.judge(fold(text), probability, sentiment=sentiment, civic=civic).kind is kind


def test_the_words_are_shown() -> None:
    """Those of the kind that was found, for everybody to see why."""
    found = WORDS.find(fold("投诉也没人管"))
    assert found is not None
    assert found.words == ("投诉", "没人管")


def test_who_is_angry_and_hopes_complains() -> None:
    """Without a word of the office's; with one it is what the office says, and a calm hope is a suggestion."""
    assert WORDS.judge(fold("路面又臭又脏，希望重视"), 0.9, sentiment=-1).kind is AskKind.COMPLAINT
    assert WORDS.judge(fold("路面又臭又脏，希望重视"), 0.9).kind is AskKind.SUGGESTION
    assert WORDS.judge(fold("真是乱来，建议多装路灯"), 0.9, sentiment=-1).kind is AskKind.SUGGESTION


def test_words_of_a_report_are_told_whatever_the_voice_says() -> None:
    """Who reports whom is for its readers to see; a number to call is no report."""
    assert WORDS.judge(fold("弟弟举报哥哥"), 0.0) == (None, True)
    assert WORDS.judge(fold("举.报他们"), 0.9) == (AskKind.REPORT, True)
    assert WORDS.judge(fold("举报电话是多少"), 0.0) == (None, False)
