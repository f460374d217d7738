"""What an incident is called at first."""

import pytest

from incidents.titles import LONGEST, most_telling, title_of
from tests.incidents.stories import DAILY, WATER


@pytest.mark.parametrize(
    ("text", "title", "called"),
    [
        ("东湖小区停水三天了。物业电话没人接", None, "东湖小区停水三天了"),
        ("@云溪发布 求助！东湖小区停水三天", None, "求助，东湖小区停水三天"),
        ("云溪发布看一下：违建都搭到消防通道了，没人管", None, "违建都搭到消防通道了，没人管"),
        ("云溪市卫健委您好！疫苗约了三天没货", None, "疫苗约了三天没货"),
        ("云溪发布看一下：", None, "云溪发布看一下："),
        ("大家快来看看，东湖小区停水三天", None, "东湖小区停水三天"),
        ("【情况通报】针对东湖小区停水，已连夜抢修。特此说明", None, "【情况通报】针对东湖小区停水，已连夜抢修"),
        ("随便说说", "云溪日报 东湖小区停水", "云溪日报 东湖小区停水"),
        ("东湖小区\n停水", "东湖小区\n停水", "东湖小区 停水"),
        ("#东湖停水#", None, "#东湖停水#"),
        ("https://example.cn/a [图片]", None, "（无文字）"),
        ("", "  ", "（无文字）"),
        ("停水\u202e三天\x1b[31m，没人管", None, "停水 三天 [31m，没人管"),
    ],
)
def test_a_title_is_the_beginning_without_what_says_nothing(text: str, title: str | None, called: str) -> None:
    """Addresses, mentions and characters that steer a screen are left out."""
    assert title_of(text, title) == called


def test_a_title_is_short() -> None:
    """However long the post is."""
    assert len(title_of("水" * 500)) == len(title_of("x", "题" * 500)) == LONGEST


def test_the_post_that_shares_most_names_the_incident() -> None:
    """Not the one that happened to come first."""
    texts = [DAILY[0], *WATER[:4], DAILY[1]]
    assert texts[most_telling(texts)] in WATER
    assert most_telling(["", "a"]) == 0
    assert most_telling(["同一条"] * 3) == 0
