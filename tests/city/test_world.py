"""What is said in the city: daily life and the story."""

import random
import re
from collections import Counter
from datetime import datetime, timedelta

import pytest

from city.clock import CITY_ZONE
from city.people import GOVERNMENT, KNOWN, MEDIA, MUSEUM, NOBODY, ORGANISATION
from city.story import beats
from city.utterances import Form, Place, Utterance
from city.words import TOPICS, texts
from city.world import World

START = datetime(2026, 3, 1, 12, 0, tzinfo=CITY_ZONE)


@pytest.fixture(scope="module")
def world() -> World:
    """One city."""
    return World(3, START)


def shown(utterance: Utterance) -> tuple[object, ...]:
    """What a site would show of it."""
    return utterance.number, utterance.at, utterance.place, utterance.form, utterance.author.name, utterance.text, utterance.likes


def test_same_seed_and_start_give_the_same_city(world: World) -> None:
    """Every word, number and moment comes again; another seed gives another city."""
    assert [shown(one) for one in World(3, START).everything] == [shown(one) for one in world.everything]
    assert [one.text for one in World(4, START).everything] != [one.text for one in world.everything]


def test_numbers_are_unique_and_grow_with_time(world: World) -> None:
    """An id is never used twice, and newer ids are larger, as clients that page by id expect."""
    numbers = [one.number for one in world.everything]
    assert numbers == sorted(set(numbers))
    assert [one.at for one in world.everything] == sorted(one.at for one in world.everything)


def test_every_slot_is_filled(world: World) -> None:
    """No brace of a template is ever seen."""
    assert not [one.text for one in world.everything if re.search(r"[{}]", one.text + one.title) or not one.text]


def test_daily_life_has_all_topics_and_moods(world: World) -> None:
    """Each topic comes with each mood, dozens of times."""
    counts = Counter((one.topic, one.sentiment) for one in world.everything if one.form is Form.POST and one.topic)
    assert all(counts[topic, mood] >= 24 for topic in TOPICS for mood in (-1, 0, 1)), counts


def test_texts_vary(world: World) -> None:
    """Three of four daily posts are unlike every other."""
    daily = [one.text for one in world.everything if one.form is Form.POST and one.author.verified in (NOBODY, KNOWN)]
    assert len(set(daily)) > 0.75 * len(daily)


def test_all_kinds_of_authors_speak(world: World) -> None:
    """Government, media, organisations, known and private persons are all heard."""
    assert {one.author.verified for one in world.everything} >= {GOVERNMENT, MEDIA, KNOWN, NOBODY}
    assert any(person.verified == ORGANISATION for person in world.people.values())


def test_answers_follow_what_they_answer(world: World) -> None:
    """A comment comes after its post, in the same place."""
    for one in world.everything:
        if one.root:
            assert one.at > one.root.at
            assert one.place is one.root.place


def test_the_complaint_grows(world: World) -> None:
    """Yellow water is spoken of more in each of the four quarters of its time, which is half of the story or more."""
    when = world.beats
    quarter = (when.relief - when.first_complaint) / 4
    about = [one.at for one in world.everything if "自来水" in one.text or "水龙头" in one.text]
    counts = [
        sum(1 for at in about if when.first_complaint + k * quarter <= at < when.first_complaint + (k + 1) * quarter) for k in range(4)
    ]
    assert counts == sorted(set(counts))
    assert counts[3] > 5 * counts[0]
    assert (when.relief - when.first_complaint) >= (when.end - when.start) / 2
    assert not [at for at in about if at < when.first_complaint]


def test_the_museum_is_hijacked_at_night(world: World) -> None:
    """Past two the museum's account advertises; within a quarter of an hour there are over a thousand forwards and comments."""
    advert = next(one for one in world.everything if one.author is MUSEUM and one.text == texts()["hijack"]["advert"])
    assert (advert.at.hour, advert.place) == (2, Place.WEIBO)
    soon = advert.at + timedelta(minutes=14)
    assert world.answers(advert, Form.COMMENT).visible(soon) + world.answers(advert, Form.REPOST).visible(soon) > 1000
    apology = next(one for one in world.everything if one.text == texts()["hijack"]["apology"])
    assert advert.at < apology.at < advert.at.replace(hour=6)


@pytest.mark.parametrize("minute", range(0, 24 * 60, 5))
def test_the_night_fits_whenever_the_story_begins(minute: int) -> None:
    """Whatever the hour of the start, the hijacking lies in the small hours, within the 24 h before the end, with time for what follows."""
    when = beats(random.Random(minute), START.replace(hour=minute // 60, minute=minute % 60))
    assert when.hijacked.hour < 3
    assert when.start < when.hijacked < when.apology <= when.end - timedelta(hours=1)
    assert when.end - when.hijacked < timedelta(hours=24)


def test_likes_grow_and_stay_within_their_end(world: World) -> None:
    """Counts only grow between visits."""
    popular = max(world.everything, key=lambda one: one.likes)
    seen = [popular.likes_at(popular.at + timedelta(minutes=step * 30)) for step in range(12)]
    assert seen == sorted(seen)
    assert 0 == seen[0] < seen[-1] <= popular.likes


def test_nothing_is_seen_before_it_is_said(world: World) -> None:
    """A list holds what was said by then, newest first."""
    noon = START + timedelta(hours=5)
    page = world.posts(Place.WEIBO).newest(noon, 0, 50)
    assert len(page) == 50
    assert all(one.at <= noon for one in page)
    assert [one.number for one in page] == sorted((one.number for one in page), reverse=True)
