"""What is said of an account, and that the panels of Kibana's dashboards say the same of accounts as our pages."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from dashboards import panels
from dashboards.ask import Part, Scope, ask
from indexers.slots import Calendar, Window
from tests.web.conftest import NOW
from tests.web.test_accounts import ACCOUNTS, app, published, rows_of
from tests.web.test_pages import ENGINES, data

__all__ = ["app", "published"]


@pytest.fixture
def panel_parts(app: FastAPI, published: None) -> dict[str, Part]:
    """The panels of the accounts' dashboard, over the thirty days that the page of the matrix shows."""
    reader = app.state.desk.reader
    end = NOW.astimezone(reader.zone).replace(hour=0, minute=0) + timedelta(days=1)
    return ask(reader, (panels.PER_DAY, panels.RECEIVED), Scope(Window(end - timedelta(days=30), end), Calendar.DAY))


@ENGINES
def test_panels_and_pages_say_the_same_of_accounts(duty: TestClient, panel_parts: dict[str, Part]) -> None:
    """Posts published, in all and by day, and forwards received; what is unknown on the page is nothing in a sum of Kibana's."""
    rows = rows_of(data(duty, "/accounts"))
    received = panel_parts["received"].named()
    for account in ACCOUNTS:
        row, part = rows[account.id], received.get(account.id)
        assert row["posts_published"] == (part.count if part else 0)
        assert (row["forwards_received"] or 0) == (part.measures[1] if part else 0)
        days = {str(day.key.date()): day for day in panel_parts["published-per-day"].parts if isinstance(day.key, datetime)}
        assert len(days) == 30
        for day in data(duty, f"/accounts/{account.id}")["days"]:
            part = days[day["day"]].named().get(account.id)
            assert (day["posts"] or 0) == (part.count if part else 0), day


def said(browser: TestClient, path: str) -> Any:
    return data(browser, path)["said"]


@ENGINES
def test_what_is_said_of_an_account_can_be_read(duty: TestClient, published: None) -> None:
    """Every number of the section leads to as many posts: its own ten and the one that a citizen wrote."""
    view = said(duty, "/accounts/ditie")
    numbers = [(view["posts"], view["link"]), (view["negative"], view["negative_link"])]
    numbers += [(slot["posts"], slot["link"]) for slot in view["timeline"] if slot["posts"]]
    numbers += [(topic["posts"], topic["links"]["all"]) for topic in view["topics"]]
    assert view["posts"] == 10
    assert view["share"] == view["negative"] / view["posts"]
    assert len(view["timeline"]) == 30
    for posts, link in numbers:
        assert data(duty, link)["total"] == posts, link
    assert "涉及该账号的帖子" in duty.get("/accounts/ditie").text


def test_nothing_is_said_of_an_account(duty: TestClient, published: None) -> None:
    """Then there is no share, no chart and no table, and the page stands."""
    view = said(duty, "/accounts/alone")
    assert (view["posts"], view["negative"], view["share"], view["topics"]) == (0, 0, None, [])
    assert duty.get("/accounts/alone").status_code == 200


def test_a_long_period_is_drawn_in_weeks(duty: TestClient, published: None) -> None:
    """The first and last end with the period, so that each still leads to as many posts."""
    view = said(duty, "/accounts/ditie?from=2026-08-01&to=2026-11-18")
    assert view["weekly"]
    assert len(view["timeline"]) == 17
    for slot in (view["timeline"][0], *[one for one in view["timeline"] if one["posts"]]):
        assert data(duty, slot["link"])["total"] == slot["posts"]
