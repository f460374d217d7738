"""Whether a text is about the account that it names."""

import pytest

from config.accounts import MonitoredAccount
from matching.fold import fold
from matching.mentions import Mentions
from nlp.about import INPUTS, About, Named, look
from nlp.known import Known, Watched
from nlp.models import SHIPPED, load
from nlp.segment import default
from nlp.tagger import Said, Tagger
from streams.messages import Standing

MUSEUM = MonitoredAccount(id="museum", name="云溪博物馆")
POLICE = MonitoredAccount(id="police", name="平安云溪", aliases=("云溪公安",))


@pytest.fixture(scope="module")
def about() -> About:
    return About(Mentions([MUSEUM, POLICE]), load(SHIPPED, default()).about)


@pytest.mark.parametrize(
    ("text", "doubtful"),
    [
        ("云溪博物馆今天闭馆，也不提前通知", ()),
        ("云溪公安通报一起案件", ()),
        ("问云溪博物馆什么时候开放，没人理", ()),
        ("精装两居出租，拎包入住，就在云溪博物馆附近，看房联系房东", ("museum",)),
        ("周末去了好多地方，吃了火锅，逛了公园，最后在云溪博物馆旁边喝了咖啡", ("museum",)),
        ("今天有雨，出门带伞，注意路面湿滑，减速慢行，祝大家一切平安。来源：云溪公安", ("police",)),
        ("今天天气真好", ()),
    ],
)
def test_a_name_in_passing_is_doubtful(about: About, text: str, doubtful: tuple[str, ...]) -> None:
    """A place, a source; what the account does or is asked is about it. An account that isn't named is not in doubt."""
    assert about.doubtful([fold(text)], [("museum", "police")], [0.1], [0.1]) == [doubtful]


def test_accounts_that_a_post_does_not_concern_are_not_judged(about: About) -> None:
    """Whatever the text names."""
    assert about.doubtful([fold("就在云溪博物馆附近")], [()], [0.1], [0.1]) == [()]


def test_the_model_sees_as_many_inputs_as_it_has_names() -> None:
    """Else weights would stand beside the wrong input."""
    text = fold("据云溪公安消息")
    places = Mentions([POLICE]).places_in(text)
    seen = dict(zip(INPUTS, look(Named(text, places, 0.5, 0.25)), strict=True))
    assert (seen["source_before"], seen["source_after"], seen["news"], seen["advert"]) == (1, 1, 0.5, 0.25)


def test_tags_carry_the_doubt() -> None:
    """Of a post's own accounts; who the author is decides the form before how the text sounds."""
    tagger = Tagger.load(known=Known(accounts=(Watched("museum", ("云溪博物馆",)),)))
    text = "精装两居出租，拎包入住，就在云溪博物馆附近，看房联系房东"
    tags = tagger.tag_said(
        [Said(text, Standing.PRIVATE, ("museum",)), Said(text, Standing.MONITORED, ("museum",)), Said(text, Standing.MEDIA)]
    )
    assert [tag.doubtful for tag in tags] == [("museum",), ("museum",), ()]
    assert [str(tag.form) for tag in tags] == ["advert", "official", "advert"]
    assert tags[1].form_score is None
