"""Reports as they are kept: versions beside each other, a draft until one signs, and of two who change it one wins; on both engines."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from indexers.reader import Reader
from indexers.records import Records
from indexers.setup import set_up
from reports.archive import LONGEST_WORDS, Archive, Report, Words, as_data
from reports.errors import AlreadySigned, Changed, NoSuchReport, Unreadable
from reports.period import Kind, Period, daily, handover
from tests.reports.example import END, MADE, START, content

LATER = MADE + timedelta(hours=2)


@pytest.fixture
def archive(reader: Reader) -> Archive:
    set_up(reader.client, reader.names, "stamp")
    return Archive(Records(reader.client, reader.names))


@pytest.fixture
def day(reader: Reader) -> Period:
    return daily(START.astimezone(reader.zone).date(), reader.zone, MADE)


@pytest.fixture
def draft(archive: Archive, day: Period) -> Report:
    return archive.add(day, content(), "zhou")


def test_what_is_kept_is_what_was_made(archive: Archive, draft: Report, day: Period) -> None:
    """Whole, with its period, when it was made and by whom."""
    kept = archive.get("daily-2026-11-18.1")
    assert kept == draft
    assert kept.content == content()
    assert (kept.kind, kept.start, kept.end, kept.made_at, kept.made_by, kept.version) == (Kind.DAILY, START, END, MADE, "zhou", 1)
    assert not kept.signed
    assert day.name == kept.name


def test_making_it_again_gives_a_version_beside_it(archive: Archive, draft: Report, day: Period) -> None:
    """The old one stays, also when it is signed; other periods count for themselves."""
    archive.sign(draft.id, "wang", LATER)
    second = archive.add(day, content(office="另一次"), "li")
    assert (second.id, second.version, second.signed) == ("daily-2026-11-18.2", 2, False)
    assert [one.id for one in archive.versions(day.name)] == ["daily-2026-11-18.2", "daily-2026-11-18.1"]
    assert archive.get(draft.id).signed_by == "wang"
    shift = handover(START, START + timedelta(hours=12), day.zone, MADE)
    assert archive.add(shift, content(kind=Kind.HANDOVER), "li").id == "handover-20261118-0000-20261118-1200.1"


def test_two_who_make_it_at_once_get_two_versions(archive: Archive, day: Period) -> None:
    """None overwrites the other's."""
    made: list[str] = []
    threads = [threading.Thread(target=lambda: made.append(archive.add(day, content(), "zhou").id)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(made) == [f"daily-2026-11-18.{number}" for number in range(1, 5)]


def test_officers_write_into_a_draft(archive: Archive, draft: Report) -> None:
    """Their words, cleaned of what no format carries; the value stays as it was made."""
    written = archive.write(draft.id, Words(analysis="投诉\x00集中\r\n多在夜间", advice="x" * 9999), "li", LATER, seen=0)
    assert written.words == Words(analysis="投诉 集中\n多在夜间", advice="x" * LONGEST_WORDS)
    assert (written.edits, written.edited_by, written.edited_at) == (1, "li", LATER)
    assert archive.get(draft.id).content == content()


def test_of_two_who_write_one_wins(archive: Archive, draft: Report) -> None:
    """The second, who looked before the first wrote, is told who did."""
    archive.write(draft.id, Words(analysis="甲"), "li", LATER, seen=0)
    with pytest.raises(Changed, match="li") as refused:
        archive.write(draft.id, Words(analysis="乙"), "wang", LATER, seen=0)
    assert refused.value.by == "li"
    assert archive.get(draft.id).words.analysis == "甲"


def test_signing_freezes_it(archive: Archive, draft: Report) -> None:
    """Nothing of it changes any more: neither words nor who signed."""
    signed = archive.sign(draft.id, "wang", LATER)
    assert (signed.signed_by, signed.signed_at) == ("wang", LATER)
    changes: list[Callable[[], object]] = [
        lambda: archive.sign(draft.id, "li", LATER + timedelta(minutes=1)),
        lambda: archive.write(draft.id, Words(analysis="改"), "li", LATER),
    ]
    for change in changes:
        with pytest.raises(AlreadySigned, match="signed by wang") as refused:
            change()
        assert (refused.value.by, refused.value.at) == ("wang", LATER)
    assert archive.get(draft.id) == signed


def test_one_signs_what_one_has_read(archive: Archive, draft: Report) -> None:
    """Whoever looked before the words changed does not sign the new ones unseen."""
    archive.write(draft.id, Words(analysis="甲"), "li", LATER, seen=0)
    with pytest.raises(Changed):
        archive.sign(draft.id, "wang", LATER, seen=0)
    assert archive.sign(draft.id, "wang", LATER, seen=1).signed


def test_of_two_who_sign_one_wins(archive: Archive, draft: Report) -> None:
    """Both press at once: one has signed, the other is told who."""
    results: list[str] = []

    def press(who: str) -> None:
        try:
            results.append(f"signed by {archive.sign(draft.id, who, LATER).signed_by}")
        except AlreadySigned as error:
            results.append(f"too late for {who}: {error.by}")

    threads = [threading.Thread(target=press, args=(who,)) for who in ("wang", "li")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    winner = archive.get(draft.id).signed_by
    loser = {"wang": "li", "li": "wang"}[str(winner)]
    assert sorted(results) == sorted([f"signed by {winner}", f"too late for {loser}: {winner}"])


def test_pages_list_the_last_made_first(archive: Archive, day: Period) -> None:
    """And can be narrowed to a kind."""
    for number in range(3):
        archive.add(day, content(made_at=MADE + timedelta(minutes=number)), "zhou")
    shift = handover(START, START + timedelta(hours=12), day.zone, MADE)
    archive.add(shift, content(kind=Kind.HANDOVER, made_at=MADE - timedelta(hours=1)), "zhou")
    first = archive.page(size=2)
    assert (first.total, [read.body.version for read in first.rows]) == (4, [3, 2])
    assert [read.body.id for read in archive.page(size=2, after=first.after).rows] == [
        "daily-2026-11-18.1",
        "handover-20261118-0000-20261118-1200.1",
    ]
    assert archive.page(kind=Kind.HANDOVER).total == 1


def test_an_unknown_report_is_named(archive: Archive) -> None:
    """Whatever is asked of it."""
    asks: list[Callable[[str], object]] = [
        archive.get,
        lambda name: archive.sign(name, "wang", LATER),
        lambda name: archive.write(name, Words(), "wang", LATER),
    ]
    for ask in asks:
        with pytest.raises(NoSuchReport, match="daily-2000-01-01"):
            ask("daily-2000-01-01.1")


@pytest.mark.parametrize("value", [{}, {"format": 2}, {"format": 1, "kind": "daily"}])
def test_what_another_version_made_is_told_as_such(value: dict[str, Any], archive: Archive, draft: Report) -> None:
    """It is listed all the same, and can be shown by the version that made it."""
    with pytest.raises(Unreadable, match=draft.id):
        _ = msgspec.structs.replace(draft, value=value).content


def test_a_report_as_data_has_everything(draft: Report) -> None:
    """In JSON's types, under names of its own."""
    data = as_data(draft)
    assert (data["id"], data["draft"], data["signed_by"], data["words"]) == (draft.id, True, None, {"analysis": "", "advice": ""})
    assert data["content"]["volume"]["all"]["now"]["n"] == 1207
