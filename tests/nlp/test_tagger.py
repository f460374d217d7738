"""The tagger answers for any text, alike alone and among others."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.topic_names import OTHER, TOPIC_NAMES
from nlp.data import SENTIMENTS
from nlp.models import SHIPPED, read_card
from nlp.segment import cut
from nlp.tagger import Tagger, text_of
from streams.messages import Author, Kind, Post, Tags

NOW = dt.datetime(2026, 11, 23, 8, tzinfo=dt.UTC)
ANY_TEXT = st.text(alphabet=st.characters(exclude_categories=()), max_size=50)
COMPLAINT = "出租车司机拒载，还乱收费，等了一个小时，太气人了[怒]"
THANKS = "感谢医院的医生护士，服务特别好，点赞[赞]"


def post(text: str, title: str | None = None) -> Post:
    """Give a post with this text."""
    return Post(
        id="web:1",
        platform="web",
        kind=Kind.ARTICLE,
        author=Author(id="p:1"),
        text=text,
        title=title,
        published_at=NOW,
        collected_at=NOW,
        source="s",
    )


def close(left: Tags, right: Tags) -> bool:
    """Say whether tags are the same; the last bits of a score depend on how sums are grouped."""
    fields = [{name: getattr(tags, name) for name in Tags.__struct_fields__} for tags in (left, right)]
    numbers = [{name: value for name, value in one.items() if isinstance(value, float)} for one in fields]
    rest = [{name: value for name, value in one.items() if not isinstance(value, float)} for one in fields]
    return rest[0] == rest[1] and numbers[0] == pytest.approx(numbers[1], abs=1e-5)


def test_a_complaint_and_a_thank_you(tagger: Tagger) -> None:
    """Plain cases come out as anyone would say."""
    complaint, thanks = tagger.tag_texts([COMPLAINT, THANKS])
    assert (complaint.topic, complaint.sentiment) == ("交通运输", -1)
    assert (thanks.topic, thanks.sentiment) == ("卫生计生", 1)
    assert "出租车" in complaint.keywords
    assert complaint.tokens.split(" ") == cut(COMPLAINT)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("谢谢派出所的王警官，帮我追回了被骗的三千块", "praise"),
        ("护士长手很轻，孩子一声没哭，谢谢", "praise"),
        ("二胎产检费用能报多少", "question"),
        ("我家对面的夜宵摊油烟呛得孩子直咳嗽", "complaint"),
        ("谢谢大家的生日祝福", None),
        ("为什么我喜欢的角色都要死", None),
        ("医院旁边那家包子真好吃", None),
        ("贷款秒批，无抵押无担保，征信花也能做，私信我", None),
    ],
)
def test_short_posts_about_public_matters_are_heard(tagger: Tagger, text: str, kind: str | None) -> None:
    """Three lines ask where they are about a public matter, and chatter, adverts and thanks among friends do not."""
    assert tagger.tag_texts([text])[0].asks == kind


def test_tags_say_what_made_them(tagger: Tagger) -> None:
    """Each tag carries the versions of the models and the revision of the weights."""
    card = read_card(SHIPPED)
    (tags,) = tagger.tag_texts([COMPLAINT])
    assert tags.model == "/".join(f"{name}-{card.models[name].version}" for name in ("topic", "sentiment", "voice")) == tagger.model
    assert tags.tag_revision == card.tag_revision == tagger.tag_revision


def test_posts_come_back_in_order_with_their_tags(tagger: Tagger) -> None:
    """One tagged post for each post, by title and text."""
    posts = [post(THANKS), post("见正文", title=COMPLAINT), post("")]
    tagged = tagger.tag(posts)
    assert [one.post for one in tagged] == posts
    assert [one.tags.topic for one in tagged][:2] == ["卫生计生", "交通运输"]


def test_a_title_is_read_once() -> None:
    """A text that begins with its title is not read twice."""
    assert text_of(post("停水通知：明天", title="停水通知")) == "停水通知：明天"
    assert text_of(post("明天", title="停水通知")) == "停水通知。明天"
    assert text_of(post("明天")) == "明天"


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n\t",
        "😂😂👍🏻",
        "[doge]",
        "？！",
        "\x00",
        "\ud800",
        "a\udfff\ud83d",
        "\U000f0001[doge]",
        "http://t.cn/a",
        "1" * 300,
    ],
)
def test_any_text_has_tags(tagger: Tagger, text: str) -> None:
    """Empty, pictures only, broken or odd: each text gets a topic, a sentiment, and tokens that can be stored."""
    (tags,) = tagger.tag_texts([text])
    assert tags.topic in {*TOPIC_NAMES, OTHER}
    assert tags.sentiment in SENTIMENTS
    assert 0 <= tags.topic_score <= 1
    assert 0 <= tags.sentiment_score <= 1
    assert (tags.sentiment_score > 0) == (tags.language in {None, "zh"})
    assert tags.tokens.encode().decode() == tags.tokens


@pytest.mark.parametrize("text", ["", "？！", "😂😂", "……"])
def test_what_says_nothing_is_about_nothing_and_asks_nothing(tagger: Tagger, text: str) -> None:
    """Without a known word there is no topic to be near to."""
    (tags,) = tagger.tag_texts([text])
    assert (tags.topic, tags.topic_score, tags.second_topic) == (OTHER, 1.0, None)
    assert tags.asks is None


def test_a_post_of_100_000_characters(tagger: Tagger) -> None:
    """A very long text is tagged whole, and its neighbours as if it were not there."""
    long, short = tagger.tag_texts(["出租车拒载。" * 16_667, THANKS])
    assert long.topic == "交通运输"
    assert len(long.tokens) > 100_000
    assert close(short, tagger.tag_texts([THANKS])[0])


def test_no_texts_no_tags(tagger: Tagger) -> None:
    """An empty batch is allowed."""
    assert tagger.tag_texts([]) == []


@given(texts=st.lists(st.one_of(ANY_TEXT, st.sampled_from([COMPLAINT, THANKS, ""])), max_size=8))
def test_a_batch_is_tagged_as_its_texts_are(tagger: Tagger, texts: list[str]) -> None:
    """What stands beside a text changes none of its tags."""
    together = tagger.tag_texts(texts)
    assert len(together) == len(texts)
    assert all(close(tags, tagger.tag_texts([text])[0]) for text, tags in zip(texts, together, strict=True))


def test_many_texts_keep_their_order(tagger: Tagger) -> None:
    """More texts than are tagged at once come back in order."""
    numbers = [f"第{number}号" for number in range(1500)]
    assert [tags.tokens.replace(" ", "") for tags in tagger.tag_texts(numbers)] == numbers


def test_threads_may_share_a_tagger(tagger: Tagger) -> None:
    """Threads that tag at once get what one would get alone."""
    alone = {text: tagger.tag_texts([text] * 50) for text in (COMPLAINT, THANKS)}
    with ThreadPoolExecutor(4) as pool:
        runs = [(text, pool.submit(tagger.tag_texts, [text] * 50)) for text in (COMPLAINT, THANKS) * 10]
    assert all(run.result() == alone[text] for text, run in runs)
