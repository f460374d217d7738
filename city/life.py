"""Daily life: what is said on an ordinary day, by hour, place, topic and mood."""

import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from city.people import ENVIRONMENT, FABU, HEALTH, METRO, MUSEUM, SCHOOLS, TRAFFIC, VOICES, Person
from city.utterances import Form, Place, Utterance
from city.words import TOPICS, article, daily, fill, reply, texts

BUSY = (2, 1, 1, 0, 0, 1, 4, 9, 10, 8, 8, 8, 11, 9, 7, 7, 8, 10, 12, 13, 14, 13, 9, 5)  # the weight of each hour
POSTS_A_DAY = 900
MOODS = (-1, 0, 1)
_MOOD_WEIGHTS = (38, 32, 30)
_TOPIC_WEIGHTS = (20, 14, 14, 14, 12, 12, 14)  # in the order of TOPICS
_PLACES = (Place.WEIBO, Place.MASTODON, Place.FORUM)
_PLACE_WEIGHTS = (6, 3, 1)
_CLIENTS = ("iPhone客户端", "Android", "微博网页版", "云溪手机客户端", "")
_ARTICLES = ((Place.NEWS, 14), (Place.PAPER, 10), (Place.WECHAT, 5))  # a day
_NOTICES_A_DAY = 30
_SPEAKERS: dict[str, tuple[Person, ...]] = {
    "城乡建设": (FABU,),
    "劳动和社会保障": (FABU,),
    "教育文体": (MUSEUM, SCHOOLS),
    "商贸旅游": (FABU,),
    "环境保护": (ENVIRONMENT,),
    "卫生计生": (HEALTH,),
    "交通运输": (TRAFFIC, TRAFFIC, METRO),
}
_DESK_HOURS = (9, 15)
_ELSEWHERE = 0.3  # the share of 云溪发布's notices that stand on the Mastodon server
_REPOSTS = 0.3  # the share of reposts among what answers a post on Weibo


def heading(text: str) -> str:
    """Make a forum's title of the beginning of a text."""
    return text.partition("，")[0][:24]


def moments(rng: random.Random, begin: datetime, end: datetime, a_day: float) -> Iterator[datetime]:
    """Moments between two times, as many as usual on a day, more of them in the busy hours. Oldest first."""
    at = begin.replace(minute=0, second=0, microsecond=0)
    while at < end:
        expected = a_day * BUSY[at.hour] / sum(BUSY)
        count = int(expected) + (rng.random() < expected % 1)
        for second in sorted(rng.uniform(0, 3600) for _ in range(count)):
            moment = at + timedelta(seconds=int(second))
            if begin <= moment < end:
                yield moment
        at += timedelta(hours=1)


def life(rng: random.Random, crowd: Sequence[Person], begin: datetime, end: datetime) -> Iterator[Utterance]:
    """Everything that is said of daily life between two times, in no order."""
    for at in moments(rng, begin, end, POSTS_A_DAY):
        post = _post(rng, crowd, at)
        yield post
        yield from answers(rng, crowd, post, count=min(12, int(rng.expovariate(0.9))), within_s=14_400)
    for at in moments(rng, begin, end, _NOTICES_A_DAY):
        notice = _notice(rng, at)
        yield notice
        yield from answers(rng, crowd, notice, count=int(rng.expovariate(0.2)), within_s=14_400)
    for place, a_day in _ARTICLES:
        for at in moments(rng, begin, end, a_day):
            title, text = article(rng)
            author = FABU if place is Place.WECHAT else VOICES[0] if place is Place.PAPER else VOICES[1]
            yield Utterance(at, place, Form.POST, author, text, title=title)


def routine(rng: random.Random, author: Person, topic: str, begin: datetime, end: datetime) -> Iterator[Utterance]:
    """What one account posts of itself in quieter weeks: some notices a day in working hours, from the same desk, hardly answered."""
    day = begin.replace(hour=0, minute=0, second=0, microsecond=0)
    while day < end:
        for hour in _DESK_HOURS:
            at = day + timedelta(hours=hour, seconds=rng.randrange(3000))
            if begin <= at < end:
                text = fill(rng.choice(texts()["notices"][topic]), rng)
                yield Utterance(at, Place.WEIBO, Form.POST, author, text, "", None, int(rng.lognormvariate(2, 0.8)), topic, 0, "政务微博")
        day += timedelta(days=1)


def _post(rng: random.Random, crowd: Sequence[Person], at: datetime) -> Utterance:
    topic = rng.choices(TOPICS, _TOPIC_WEIGHTS)[0]
    mood = rng.choices(MOODS, _MOOD_WEIGHTS)[0]
    place = rng.choices(_PLACES, _PLACE_WEIGHTS)[0]
    text = daily(rng, topic, mood)
    title = heading(text) if place is Place.FORUM else ""
    likes = int(rng.lognormvariate(1.2, 1.1))
    return Utterance(at, place, Form.POST, rng.choice(crowd), text, title, None, likes, topic, mood, rng.choice(_CLIENTS))


def _notice(rng: random.Random, at: datetime) -> Utterance:
    topic = rng.choice(TOPICS)
    author = rng.choice(_SPEAKERS[topic])
    text = fill(rng.choice(texts()["notices"][topic]), rng)
    place = Place.MASTODON if author is FABU and rng.random() < _ELSEWHERE else Place.WEIBO
    return Utterance(at, place, Form.POST, author, text, "", None, int(rng.lognormvariate(3, 0.8)), topic, 0, "政务微博")


def answers(rng: random.Random, crowd: Sequence[Person], root: Utterance, *, count: int, within_s: float) -> Iterator[Utterance]:
    """Comments, and on Weibo reposts, that follow a post; most come early."""
    for _ in range(count):
        mood = rng.choices(MOODS, (4, 4, 2) if root.sentiment < 0 else (1, 5, 4))[0]
        form = Form.REPOST if root.place is Place.WEIBO and rng.random() < _REPOSTS else Form.COMMENT
        at = root.at + timedelta(seconds=int(rng.betavariate(1, 4) * within_s) + 20)
        yield Utterance(
            at, root.place, form, rng.choice(crowd), reply(rng, mood), "", root, int(rng.lognormvariate(0, 1)), root.topic, mood
        )
