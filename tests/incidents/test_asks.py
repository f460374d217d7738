"""What a text asks for, and which posts are looked at."""

import pytest

from config.incidents import CandidateRules, RequestKindRule
from incidents.asks import Asks, Heard, RequestKind
from incidents.candidates import Why, reasons
from streams.messages import AskKind, Author, Kind, Post, Standing, TaggedPost, Tags
from tests.incidents.desk import NOW, RULES

ASKS = Asks(RULES.requests.kinds)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("求助！老人走失，请帮忙转发", RequestKind.HELP),
        ("我要投诉公交司机甩站", RequestKind.COMPLAINT),
        ("工地夜里施工扰民，没人管", RequestKind.COMPLAINT),
        ("请问居住证怎么办理？", RequestKind.QUESTION),
        ("建议在路口增设红绿灯", RequestKind.SUGGESTION),
        ("实名举报某所长收红包", RequestKind.REPORT),
        ("投诉没用，只好举报他们吃拿卡要", RequestKind.REPORT),
        ("實名舉報", RequestKind.REPORT),
        ("今天天气真好", None),
        ("", None),
    ],
)
def test_kind_is_found_by_the_offices_words(text: str, kind: RequestKind | None) -> None:
    """The gravest kind in the list wins, a report before all."""
    found = ASKS.find(text)
    assert (found.kind if found else None) is kind


@pytest.mark.parametrize(
    "text", ["举报电话12345已开通", "欢迎举报，有奖举报", "专家建议多喝水", "心理咨询师招聘", "投诉热线正在升级", "警方接到求助后赶到"]
)
def test_phrases_in_which_words_do_not_count(text: str) -> None:
    """A hotline's number asks for nothing."""
    assert ASKS.find(text) is None


def test_an_exception_hides_itself_and_no_more() -> None:
    """Beside the hotline's number a complaint still counts; the number doesn't join what stands around it."""
    found = ASKS.find("投诉电话打不通，我要投诉")
    assert found is not None
    assert found.words == ("投诉",)
    assert ASKS.find("投诉热线诉") is None


def test_words_are_found_whatever_their_width_and_case() -> None:
    """Texts and words are cleaned alike."""
    assert Asks((RequestKindRule.model_validate({"id": "help", "words": ["ＳＯＳ"]}),)).find("sos 谁在附近") is not None


@pytest.mark.parametrize("heard", [Heard(None), Heard(AskKind.PRAISE), Heard(AskKind.COMPLAINT)])
def test_a_report_is_one_whatever_was_heard(heard: Heard) -> None:
    """Else its words would be an incident's title; other words count only where the author was heard to ask."""
    found = ASKS.find("实名举报某所长收红包", heard)
    assert found is not None
    assert found.kind is RequestKind.REPORT
    assert ASKS.find("有人投诉公交司机甩站", Heard(None)) is None


def test_a_report_goes_first_wherever_it_is_listed() -> None:
    """Reordering the list can't open a report's text by mistake."""
    assert Asks(RULES.requests.kinds[::-1]).find("我要投诉并举报他受贿").kind is RequestKind.REPORT  # type: ignore[union-attr]


def post(
    text: str = "早安",
    *,
    sentiment: int = 0,
    score: float = 0.9,
    standing: Standing = Standing.PRIVATE,
    forwards: int | None = None,
    comments: int | None = None,
    title: str | None = None,
) -> TaggedPost:
    made = Post(
        id="weibo:1",
        platform="weibo",
        kind=Kind.POST,
        author=Author(id="p:1", standing=standing),
        title=title,
        text=text,
        published_at=NOW,
        collected_at=NOW,
        source="weibo",
        forwards=forwards,
        comments=comments,
    )
    tags = Tags(
        topic="交通运输", topic_score=1, sentiment=sentiment, sentiment_score=score, tokens="", keywords=(), model="m", tag_revision=1
    )
    return TaggedPost(post=made, tags=tags)


LOOSE = CandidateRules(negative_score=0.6, spread=10, source="办公室自定")


@pytest.mark.parametrize(
    ("tagged", "why"),
    [
        (post(), ()),
        (post(sentiment=-1), (Why.NEGATIVE,)),
        (post(sentiment=-1, score=0.59), ()),
        (post(sentiment=1), ()),
        (post("我要投诉"), (Why.ASKS,)),
        (post("见标题", title="我要投诉"), (Why.ASKS,)),
        (post("我要投诉", standing=Standing.MEDIA), ()),
        (post(sentiment=-1, standing=Standing.MEDIA), (Why.NEGATIVE,)),
        (post("我要投诉", sentiment=-1, standing=Standing.MONITORED), ()),
        (post(forwards=6, comments=4), (Why.SPREADS,)),
        (post(forwards=6, comments=3), ()),
        (post(comments=10), (Why.SPREADS,)),
        (post(forwards=10, standing=Standing.MONITORED), (Why.SPREADS,)),
        (post("我要投诉", sentiment=-1, forwards=99), (Why.NEGATIVE, Why.ASKS, Why.SPREADS)),
    ],
)
def test_candidates_are_negative_ask_or_spread(tagged: TaggedPost, why: tuple[Why, ...]) -> None:
    """Each reason at its edge; unknown counts are no spread, and the office's own accounts neither complain nor ask."""
    assert reasons(tagged, LOOSE, ASKS) == why
