"""The takeover signal: a museum's account, its habit, and somebody else at night."""

import gzip
import json
import random
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from accounts.facts import OwnPost
from accounts.takeover import Finding, Habit, Verdict, judge, learn
from accounts.wording import domains, features

ZONE = ZoneInfo("Asia/Shanghai")
START = datetime(2026, 3, 1, tzinfo=ZONE)
OBJECTS = ("青铜鼎", "白瓷碗", "唐三彩马", "玉琮", "铜镜", "石刻佛像", "陶俑", "漆盒")
HALLS = ("一号展厅", "二号展厅", "临展厅", "序厅")


def _usual(number: int, chance: random.Random) -> OwnPost:
    text = f"今天带大家看{chance.choice(HALLS)}的{chance.choice(OBJECTS)}，周二至周日九点开馆，凭身份证免费参观 https://museum.yunxi.example/{number}"
    at = START + timedelta(days=number // 2, hours=chance.choice((9, 10, 11, 15, 16)), minutes=chance.randrange(60))
    return _post(number, at, text, "微博网页版", chance.randrange(12))


def _post(number: int, at: datetime, text: str, client: str | None, forwards: int | None) -> OwnPost:
    return OwnPost(id=f"weibo:{number}", account="yunxi-bowuguan", published_at=at, text=text, client=client, forwards=forwards, comments=1)


def _taught(posts: int = 160) -> Habit:
    chance, habit = random.Random(5), Habit(account="yunxi-bowuguan")
    for post in sorted((_usual(number, chance) for number in range(posts)), key=lambda post: post.published_at):
        habit = learn(habit, post, ZONE)
    return habit


HABIT = _taught()
NIGHT = START + timedelta(days=81, hours=3, minutes=12)
FALSE_NEWS = "紧急通知！本市即将全面停水停电三天，请速速转发给家人，点此领取补贴 https://cash.bad.example/x"


def _judged(**given: Any) -> Finding:
    plain = {"number": 900, "at": NIGHT, "text": FALSE_NEWS, "client": "某某客户端", "forwards": 1200}
    return judge(HABIT, _post(**plain | given), ZONE)


def test_a_hijacked_account_at_night_is_a_takeover_with_its_evidence() -> None:
    """Strange hour, client, wording and link, and a spread far above normal: each sign says what it saw."""
    found = _judged()
    assert found.verdict is Verdict.TAKEOVER
    assert {sign.kind for sign in found.signs} == {"hour", "client", "wording", "link", "spread"}
    evidence = {sign.kind: sign.evidence for sign in found.signs}
    assert evidence["hour"].startswith("03:12")
    assert "某某客户端" in evidence["client"]
    assert "cash.bad.example" in evidence["link"]
    assert "1,201" in evidence["spread"]
    assert [sign.rarity for sign in found.signs] == sorted((sign.rarity for sign in found.signs), reverse=True)


def test_before_it_spreads_it_is_suspect_already() -> None:
    """Within the first minute nobody has forwarded it: the habit alone makes it suspect; unknown counts are no sign."""
    assert _judged(forwards=0).verdict is Verdict.SUSPECT
    assert _judged(forwards=None).verdict is Verdict.SUSPECT


def test_a_usual_post_that_goes_round_is_no_takeover() -> None:
    """A post in the account's own manner may be loved: spread alone is no takeover."""
    text = "今天带大家看一号展厅的青铜鼎，周二至周日九点开馆，凭身份证免费参观"
    found = _judged(at=START + timedelta(days=81, hours=10), text=text, client="微博网页版", forwards=5000)
    assert found.verdict is Verdict.USUAL
    assert [sign.kind for sign in found.signs] == ["spread"]


NOTICE = "情况通报：今日凌晨城东发生一起火灾，经全力扑救明火已灭，一人受伤送医，事故原因正在调查"


def test_the_offices_own_notice_at_night_is_no_takeover() -> None:
    """The hour and the wording are rare and all the city forwards it; but it comes from the account's own client and leads nowhere strange."""
    found = _judged(text=NOTICE, client="微博网页版", forwards=5000)
    assert found.verdict is Verdict.USUAL
    assert {sign.kind for sign in found.signs} == {"hour", "wording", "spread"}


def test_without_a_sign_of_other_hands_it_is_suspect_at_most() -> None:
    """A source that does not show the client leaves open who wrote it; a link to a strange host does not."""
    assert _judged(text=NOTICE, client=None, forwards=5000).verdict is Verdict.SUSPECT
    assert _judged(client=None).verdict is Verdict.TAKEOVER
    assert _judged(text=NOTICE, client="某某客户端", forwards=5000).verdict is Verdict.TAKEOVER


@pytest.mark.parametrize(
    "given",
    [
        {"at": START + timedelta(days=81, hours=10), "client": "微博网页版", "text": "今天临展厅的玉琮展出，欢迎参观，九点开馆"},
        {"client": "微博网页版", "text": "今天带大家看临展厅的玉琮，周二至周日九点开馆", "forwards": 3},
        {"at": START + timedelta(days=81, hours=10), "text": "今天带大家看临展厅的玉琮，周二至周日九点开馆", "forwards": 3},
    ],
)
def test_one_strange_thing_is_no_takeover(given: dict[str, Any]) -> None:
    """Only the spread, only the hour, only the client: people do have new telephones."""
    assert _judged(**given).verdict is Verdict.USUAL


def test_too_little_past_says_nothing() -> None:
    """Of an account that is hardly known nothing is said, and it says how little is known."""
    found = judge(_taught(20), _post(900, NIGHT, FALSE_NEWS, "某某客户端", 9999), ZONE)
    assert found.verdict is Verdict.UNKNOWN
    assert found.posts_known < 40


def test_a_habit_changes_when_it_is_taught() -> None:
    """A new client that the office confirmed soon is no sign any more."""
    strange = _post(999, NIGHT, FALSE_NEWS, "新手机", 0)
    habit = HABIT
    for number in range(40):
        habit = learn(habit, _post(1000 + number, START + timedelta(days=82, hours=10), "今天带大家看序厅的铜镜", "新手机", 3), ZONE)
    assert "client" in {sign.kind for sign in judge(HABIT, strange, ZONE).signs}
    assert "client" not in {sign.kind for sign in judge(habit, strange, ZONE).signs}


def test_a_habit_is_a_json_document() -> None:
    """Stored and read back it judges the same."""
    stored = msgspec.json.decode(msgspec.json.encode(HABIT), type=Habit)
    assert judge(stored, _post(900, NIGHT, FALSE_NEWS, "某某客户端", 1200), ZONE) == _judged()


@pytest.mark.parametrize("text", ["", "🙂🙂", "@某某 ", "http://[", "\ufffd\x00", "好" * 20000])
def test_any_text_can_be_judged_and_learned(text: str) -> None:
    """Empty, emoji only, names only, broken links, endless ones."""
    post = _post(900, NIGHT, text, None, None)
    assert judge(HABIT, post, ZONE).verdict in {Verdict.USUAL, Verdict.SUSPECT}
    assert learn(HABIT, post, ZONE).posts > HABIT.posts - 1


def test_links_and_names_are_not_wording() -> None:
    """What is linked to is one sign, how it is written another."""
    assert features("看 https://a.example/b @某某").tolist() == features("看").tolist()
    assert domains("见 https://A.example/x，又见 http://b.example/ 和 https://a.example/y") == ("a.example", "b.example")


def _count(text: str | None) -> int | None:
    match = re.fullmatch(r"([\d.]+)(万?)\+?", (text or "").strip())
    return int(float(match[1]) * (10_000 if match[2] else 1)) if match else None


@pytest.mark.data
def test_a_real_account_raises_next_to_no_false_alarm(shared_data: Path) -> None:
    """The last month of a broadcaster's posts, learned as they come: no takeover, hardly anything suspect."""
    posts = []
    with gzip.open(shared_data / "replay" / "official_account.jsonl.gz", "rt", encoding="utf-8") as lines:
        for number, row in enumerate(map(json.loads, lines)):
            match = re.match(r"(\d+)月(\d+)日 (\d+):(\d+)(?: 来自 ([^\t,]*))?", row["published"].strip())
            assert match is not None
            at = datetime(2020, *map(int, match.groups()[:4]), tzinfo=ZONE)  # type: ignore[arg-type, misc]
            client = (match[5] or "").strip() or None
            posts.append(
                OwnPost(
                    id=str(number),
                    account="a",
                    published_at=at,
                    text=row["text"],
                    client=client,
                    forwards=_count(row["forwards"]),
                    comments=_count(row["comments"]),
                )
            )
    posts.sort(key=lambda post: post.published_at)
    habit, found = Habit(account="a"), []
    for post in posts[-1500:]:
        found.append(judge(habit, post, ZONE).verdict)
        habit = learn(habit, post, ZONE)
    assert found.count(Verdict.TAKEOVER) == 0
    assert found.count(Verdict.SUSPECT) <= 3
