"""In which voice a text speaks, and whether its author asks for something."""

import numpy as np
import pytest

from nlp.clean import normalise_many
from nlp.cues import Cues, read_cues
from nlp.segment import default
from nlp.tagger import Said, Tagger
from nlp.voice import SHAPE, input_names, inputs
from streams.messages import AskKind, Form, Standing


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("哈哈哈今天真的太开心啦，和朋友去爬山了", Form.VOICE),
        ("【云溪警方通报】11月18日，记者从云溪市公安局获悉，犯罪嫌疑人李某已被依法刑事拘留，案件正在进一步侦办中。", Form.NEWS),
        ("新店开业限时优惠，全场五折起，下单包邮，加微信咨询，名额有限先到先得", Form.ADVERT),
    ],
)
def test_voices_are_told_apart(tagger: Tagger, text: str, form: Form) -> None:
    """Plain cases come out as anyone would say."""
    (tags,) = tagger.tag_texts([text])
    assert tags.form is form
    assert tags.form_score is not None
    assert 1 / 3 < tags.form_score <= 1


def test_media_report_and_the_office_speaks_for_itself(tagger: Tagger) -> None:
    """Who wrote it says more than how it sounds, but an advert stays one."""
    text = "哈哈哈今天真的太开心啦，和朋友去爬山了"
    said = [Said(text, standing) for standing in (Standing.MEDIA, Standing.MONITORED, Standing.ORGANISATION)]
    assert [tags.form for tags in tagger.tag_said(said)] == [Form.NEWS, Form.OFFICIAL, Form.VOICE]


def test_only_private_authors_ask(tagger: Tagger) -> None:
    """A newspaper that writes 投诉 tells of somebody else's."""
    text = "我们小区夜里施工噪音扰民，投诉多次没人管，请有关部门尽快处理"
    tags = tagger.tag_said([Said(text, standing) for standing in (Standing.PRIVATE, Standing.MEDIA, Standing.MONITORED)])
    assert [tag.asks for tag in tags] == [AskKind.COMPLAINT, None, None]
    assert all(tag.asks_score == tags[0].asks_score for tag in tags)


@pytest.mark.parametrize(
    "text",
    [
        "近日，有市民拨打热线投诉月亮太亮，引发网友热议。律师表示，此类投诉于法无据。",
        "弟弟举报哥哥冒名上大学一案将于8月18日开庭，记者获悉，母亲首次公开露面。",
        "周末去看了演唱会，太好听了吧！",
    ],
)
def test_to_tell_of_a_complaint_is_not_to_complain(tagger: Tagger, text: str) -> None:
    """Reports and small talk ask for nothing, also where the office's words stand in them."""
    assert tagger.tag_texts([text])[0].asks is None


def test_cues_are_counted_where_they_overlap() -> None:
    """A word of two groups counts for both; in the order of the groups."""
    cues = Cues({"one": ("停水", "水"), "two": ("停水",)})
    assert cues.count("", np.array([], dtype=np.int64), 0).shape == (0, 2)
    assert cues.count("", np.array([], dtype=np.int64), 1).tolist() == [[0, 0]]
    assert cues.count("停水又停水\n\n水", np.array([5, 6]), 3).tolist() == [[4, 2], [0, 0], [1, 0]]


def test_the_shipped_cues_are_clean() -> None:
    """Matched in cleaned text, so none may hold what cleaning takes away."""
    for name, words in read_cues().items():
        assert words, name
        assert normalise_many(words) == list(words), name


def test_inputs_have_the_shape_of_their_names() -> None:
    """One row a text, also for empty ones."""
    cues = Cues({"one": ("水",)})
    batch = default().cut_batch(["#停水# @某人 【1】😂", "", "水"])
    found = inputs(cues, batch, np.zeros((3, 2), dtype=np.float32))
    assert found.shape == (3, len(input_names(cues, "news")) + 1)
    shape = dict(zip(SHAPE, found[0, 1 : 1 + len(SHAPE)].tolist(), strict=True))
    assert shape["hashtags"] == pytest.approx(np.log1p(2))
    assert shape["mentions"] == pytest.approx(np.log1p(1))
    assert shape["pictures"] == pytest.approx(np.log1p(1))
    assert found[1].tolist() == [0] * found.shape[1]
