"""The story: a complaint that grows for half of the time, and a museum's account in strange hands at night."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from city.clock import Slow
from city.life import answers, heading
from city.people import FABU, MUSEUM, VOICES, Person
from city.utterances import Form, Place, Utterance
from city.words import fill, texts

LENGTH = timedelta(hours=36)
NIGHT = timedelta(hours=2, minutes=10)  # the hour at which the account is hijacked, give or take some minutes, or earlier that night
SMALL_HOURS = timedelta(minutes=5)  # but never before midnight: its apology says so
BURST_S = 600.0  # most of what follows the advert comes in ten minutes
BURST_COMMENTS, BURST_FORWARDS = 720, 560
COMPLAINTS = 520
_FIRST = 0.02  # the share of its time in which the complaint is one of two people
_DOUBTERS = 0.5  # of those who complain after the city has spoken
_SLOWER = 20.0  # the burst is watched in slow motion
_LEAD = timedelta(hours=2)  # what must remain after the hijacking for the rest of the story


@dataclass(frozen=True)
class Beats:
    """When what happens."""

    start: datetime
    end: datetime
    hijacked: datetime
    apology: datetime
    first_complaint: datetime
    notice: datetime
    relief: datetime

    @property
    def slow(self) -> tuple[Slow, ...]:
        """The stretch to watch slowly."""
        return (Slow(self.hijacked - timedelta(minutes=2), self.hijacked + timedelta(minutes=20), _SLOWER),)


def beats(rng: random.Random, start: datetime) -> Beats:
    """Lay the story out."""
    end = start + LENGTH
    hijacked = _at_night(end, NIGHT + timedelta(minutes=rng.randint(0, 20), seconds=rng.randint(0, 59)))
    return Beats(
        start=start,
        end=end,
        hijacked=hijacked,
        apology=hijacked + timedelta(minutes=50),
        first_complaint=start + 0.25 * LENGTH,
        notice=start + 0.6 * LENGTH,
        relief=start + 0.8 * LENGTH,
    )


def _at_night(end: datetime, usual: timedelta) -> datetime:
    """When the account is hijacked: in the last night that leaves time for the rest, and so within the 24 h before the end.

    What is older is the past to a watcher: it learns from it, and wakes nobody.
    """
    latest = end - _LEAD
    midnight = latest.replace(hour=0, minute=0, second=0, microsecond=0)
    at = min(midnight + usual, latest)
    return at if at >= midnight + SMALL_HOURS else midnight - timedelta(days=1) + usual


def story(rng: random.Random, crowd: Sequence[Person], when: Beats) -> Iterator[Utterance]:
    """Everything that the story adds to daily life."""
    yield from _complaint(rng, crowd, when)
    yield from _hijacking(rng, crowd, when)


def _complaint(rng: random.Random, crowd: Sequence[Person], when: Beats) -> Iterator[Utterance]:
    """Yellow tap water: one asks, others join, each hour more; the city speaks late, is doubted, and mends it."""
    lines = texts()["water"]
    span = (when.relief - when.first_complaint).total_seconds()
    shares = [0.0, _FIRST, *sorted(rng.betavariate(2.6, 1.2) for _ in range(COMPLAINTS))]  # growing, most before the end
    for share in shares:
        at = when.first_complaint + timedelta(seconds=int(share * span))
        doubts = at > when.notice and rng.random() < _DOUBTERS
        kind = "first" if share <= _FIRST else "doubt" if doubts else "growing"
        day = "一二三四五"[min(4, int((at - when.first_complaint).total_seconds() // 86_400) + 1)]
        text = fill(rng.choice(lines[kind]), rng, 天=day, 区="柳塘区")
        place = rng.choices((Place.WEIBO, Place.MASTODON, Place.FORUM), (7, 2, 1))[0]
        likes = int(rng.lognormvariate(2.5, 1.2))
        post = Utterance(
            at,
            place,
            Form.POST,
            rng.choice(crowd),
            text,
            heading(text) if place is Place.FORUM else "",
            None,
            likes,
            "城乡建设",
            -1,
            "iPhone客户端",
        )
        yield post
        yield from answers(rng, crowd, post, count=int(rng.expovariate(0.4)), within_s=10_800)
    yield from _answer(rng, crowd, when)


def _answer(rng: random.Random, crowd: Sequence[Person], when: Beats) -> Iterator[Utterance]:
    lines = texts()["water"]
    for place in (Place.WEIBO, Place.MASTODON, Place.WECHAT):
        title = "关于柳塘区自来水发黄的情况通报" if place is Place.WECHAT else ""
        notice = Utterance(when.notice, place, Form.POST, FABU, lines["notice"], title, None, 900, "城乡建设", 0, "政务微博")
        yield notice
        if place is not Place.WECHAT:
            yield from answers(rng, crowd, notice, count=160, within_s=18_000)
    for _ in range(60):
        at = when.relief + timedelta(seconds=int(rng.betavariate(1, 2) * (when.end - when.relief).total_seconds()))
        text = fill(rng.choice(lines["relief"]), rng, 区="柳塘区")
        yield Utterance(at, Place.WEIBO, Form.POST, rng.choice(crowd), text, "", None, int(rng.lognormvariate(2, 1)), "城乡建设", 1)


def _hijacking(rng: random.Random, crowd: Sequence[Person], when: Beats) -> Iterator[Utterance]:
    """An absurd advert at night; over a thousand forwards and comments in some ten minutes; an apology before dawn."""
    lines = texts()["hijack"]
    advert = Utterance(when.hijacked, Place.WEIBO, Form.POST, MUSEUM, lines["advert"], "", None, 4200, "教育文体", 0, "iPhone客户端")
    yield advert
    for form, key, count in ((Form.COMMENT, "comments", BURST_COMMENTS), (Form.REPOST, "forwards", BURST_FORWARDS)):
        for _ in range(count):
            at = when.hijacked + timedelta(seconds=5 + rng.betavariate(1.6, 3.2) * BURST_S * 1.3)
            text = fill(rng.choice(lines[key]), rng)
            yield Utterance(
                at.replace(microsecond=0),
                Place.WEIBO,
                form,
                rng.choice(crowd),
                text,
                "",
                advert,
                int(rng.lognormvariate(0.5, 1.2)),
                "教育文体",
                -1,
            )
    apology = Utterance(when.apology, Place.WEIBO, Form.POST, MUSEUM, lines["apology"], "", None, 2600, "教育文体", 0, "政务微博")
    yield apology
    yield from answers(rng, crowd, apology, count=220, within_s=10_800)
    for author in (*VOICES[:2], *rng.sample(list(crowd), 90)):
        at = when.hijacked + timedelta(minutes=4 + rng.betavariate(1, 2) * 600)
        text = fill(rng.choice(lines["after"] if at > when.apology else lines["comments"]), rng)
        text = text if "云溪博物馆" in text else f"#云溪博物馆账号被盗# {text}"
        yield Utterance(at, Place.WEIBO, Form.POST, author, text, "", None, int(rng.lognormvariate(3, 1.2)), "教育文体", -1, "Android")
