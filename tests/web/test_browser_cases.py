"""Incidents and requests in a real browser: moved from found to closed, fallen behind and told so, readable for everybody."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from incidents.records import Given, Stage
from incidents.requests import RequestGiven, RequestStage
from indexers.people import Role
from tests.incidents.desk import DUTY, LINK
from tests.web.city import OFFICER, Town
from tests.web.conftest import Served
from tests.web.test_browser import Watched, chromium, context, libraries, watched
from tests.web.test_pages import ENGINES
from tests.web.test_words import TEMPLATES

__all__ = ["chromium", "context", "libraries", "watched"]
pytestmark = pytest.mark.browser

ZONE = timedelta(hours=8)


def take(page: Page, step: str) -> None:
    """Send the open form of a step."""
    page.locator("details.step[open]").get_by_role("button", name=step, exact=True).click()


@ENGINES
def test_an_incident_is_moved_from_found_to_closed(watched: Watched, served: Served, town: Town, libraries: Path) -> None:
    """From the list, with a form at each step, on nothing but the page; nothing fails, nothing leaves the host."""
    page = watched.page
    watched.go("/incidents")
    page.get_by_role("link", name=town.city.incidents()[town.water].incident.title).click()
    expect(page.locator(".way .here")).to_have_text("发现")
    expect(page.locator(".chart canvas")).to_be_visible()
    page.get_by_label("须回应", exact=True).check()
    page.get_by_label("涉及公众切身利益且可能产生较大影响").check()
    page.get_by_label("理由").first.fill("影响数千居民")
    take(page, "研判")
    expect(page.locator(".clocks")).to_contain_text("回应社会关切")

    page.get_by_label("橙色").check()
    take(page, "定级")
    expect(page.locator(".figures .grade")).to_have_text("橙色")
    page.get_by_label("牵头部门").select_option("zhujian")
    page.get_by_label("办理时限").fill((datetime.now(UTC) + ZONE + timedelta(hours=30)).strftime("%Y-%m-%dT%H:%M"))
    take(page, "交办")
    expect(page.locator(".way .here")).to_have_text("交办")
    expect(page.locator(".clocks")).to_contain_text("任务时限")
    page.get_by_label("处置情况").fill("水泵已更换\n今晚八点恢复供水")
    take(page, "登记处置")
    page.get_by_label("链接").first.fill(LINK)
    take(page, "登记回应")
    page.get_by_label("理由").first.fill("已恢复供水")
    take(page, "办结")
    expect(page.locator(".way .here")).to_have_text("办结")
    expect(page.locator(".records li")).to_have_count(6)
    expect(page.locator(".records")).to_contain_text("今晚八点恢复供水")
    expect(page.locator(".records a").first).to_have_attribute("href", LINK)
    watched.go("/duty")
    expect(page.locator("#h-incidents")).to_be_visible()
    expect(page.locator(".pressing")).not_to_contain_text("东湖小区")
    assert (watched.said, watched.elsewhere()) == ([], [])


def test_who_comes_second_keeps_the_text(watched: Watched, town: Town) -> None:
    """A colleague was faster: the page says who, keeps what was typed in an open form, and takes it when it is sent again."""
    page = watched.page
    watched.go(f"/incidents/{town.water}")
    page.get_by_label("无须回应").check()
    page.get_by_label("理由").first.fill("个别吐槽，写了很久")
    town.desk.incidents.move(town.water, Stage.JUDGED, OFFICER, DUTY)
    take(page, "研判")
    expect(page.get_by_role("alert")).to_contain_text("wang 先一步把它改为“研判”")
    expect(page.locator("details.step[open] textarea")).to_have_value("个别吐槽，写了很久")
    take(page, "研判")
    expect(page.locator(".records")).to_contain_text("个别吐槽，写了很久")
    assert [said for said in watched.said if "409" not in said] == []


def test_an_open_page_says_that_somebody_moved_it(watched: Watched, town: Town, libraries: Path) -> None:
    """Its head is drawn anew by itself; what is being typed stays."""
    page = watched.page
    page.clock.install()
    watched.go(f"/incidents/{town.water}")
    page.get_by_label("理由").first.fill("还在写")
    town.desk.incidents.move(town.water, Stage.JUDGED, OFFICER, DUTY)
    page.clock.fast_forward(25_000)
    expect(page.locator(".case-head")).to_contain_text("此事件刚刚有人处理过")
    expect(page.locator(".way .here")).to_have_text("研判")
    expect(page.get_by_label("理由").first).to_have_value("还在写")
    assert watched.said == []


def test_a_page_that_can_t_be_refreshed_says_so_and_keeps_what_is_typed(watched: Watched, served: Served, town: Town) -> None:
    """The sign-in ends, the server goes away: a line says which, and the page stays as it is; it goes when all is well again."""
    page = watched.page
    page.clock.install()
    watched.go(f"/incidents/{town.water}")
    page.get_by_label("理由").first.fill("写到一半")
    cookies = page.context.cookies()
    page.context.clear_cookies()
    page.clock.fast_forward(25_000)
    expect(page.locator("#banner")).to_contain_text("登录已过期")
    expect(page.locator("#banner a")).to_have_attribute("target", "_blank")  # so that the page stays
    page.context.add_cookies(cookies)  # type: ignore[arg-type]  # as it gave them
    page.clock.fast_forward(25_000)
    expect(page.locator("#banner")).to_be_hidden()
    served.stop()
    page.clock.fast_forward(25_000)
    expect(page.locator("#banner")).to_contain_text("已断开")
    served.start()
    page.clock.fast_forward(25_000)
    expect(page.locator("#banner")).to_be_hidden()
    expect(page.get_by_label("理由").first).to_have_value("写到一半")


def test_every_page_that_refreshes_has_a_line_to_say_so() -> None:
    """A refresh that fails is not passed over in silence."""
    pages = [text for path in TEMPLATES.glob("*.html") if "every 20s" in (text := path.read_text(encoding="utf-8"))]
    assert len(pages) >= 3
    assert all('include "banner.html"' in text for text in pages)


def test_a_sign_in_that_ends_in_the_middle_of_a_form(watched: Watched, served: Served, town: Town) -> None:
    """What was typed is there after signing in again, and is sent from there."""
    page = watched.page
    watched.go(f"/incidents/{town.water}")
    page.get_by_label("无须回应").check()
    page.get_by_label("理由").first.fill("写到一半")
    page.context.clear_cookies()
    take(page, "研判")
    page.get_by_label("用户名").fill(f"some-{Role.ADMIN}")
    page.get_by_label("密码").fill("quiet-river-42")
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_label("理由")).to_have_value("写到一半")
    page.get_by_role("button", name="继续提交").click()
    expect(page.locator(".records")).to_contain_text("写到一半")


def test_a_request_is_passed_on_answered_and_rated(watched: Watched, town: Town, libraries: Path) -> None:
    """From the list, with the reference of the channel."""
    page = watched.page
    watched.go("/requests")
    page.get_by_role("link", name="请问东湖小区什么时候能来水").click()
    page.get_by_label("转办渠道").select_option("12345")
    page.get_by_label("转办编号").fill("2026-1102")
    page.get_by_label("承办部门").select_option("zhujian")
    take(page, "转办")
    page.get_by_label("答复内容").fill("今晚八点恢复供水")
    page.get_by_label("链接").fill(LINK)
    take(page, "登记答复")
    page.get_by_label("满意", exact=True).check()
    take(page, "登记评价")
    expect(page.locator(".way .here")).to_have_text("评价")
    expect(page.locator(".records li")).to_have_count(3)
    assert (watched.said, watched.elsewhere()) == ([], [])


def test_no_column_of_a_list_is_cut_off(watched: Watched, town: Town) -> None:
    """At 1280 px, with two clocks running and many departments proposed: all columns are seen without scrolling sideways."""
    desk = town.desk.incidents
    desk.move(town.water, Stage.JUDGED, OFFICER, DUTY)
    desk.move(town.water, Stage.RATED, OFFICER, Given(level="orange"))
    desk.move(town.water, Stage.ASSIGNED, OFFICER, Given(lead_department="zhujian", due=town.city.now + timedelta(hours=3)))
    watched.page.set_viewport_size({"width": 1280, "height": 800})
    for path in ("/incidents?show=all&small=1", "/requests?show=all"):
        watched.go(path)
        assert watched.page.locator(".timers b").count()
        assert watched.page.locator(".scroll").evaluate_all("all => all.every(one => one.scrollWidth <= one.clientWidth)"), path


def test_the_pages_are_accessible_and_fit(watched: Watched, town: Town, libraries: Path) -> None:
    """Axe finds nothing serious by day and by night, also with a form refused; nothing is cut off at the side."""
    desk, lane = town.desk.incidents, town.desk.lane
    desk.move(town.water, Stage.JUDGED, OFFICER, DUTY)
    desk.move(town.water, Stage.RATED, OFFICER, Given(level="red"))
    lane.move(town.question, RequestStage.DISMISSED, OFFICER, RequestGiven(reason="重复"))
    page, source, found = watched.page, libraries.read_text(encoding="utf-8"), []
    paths = ["/duty", "/incidents?show=all&small=1", "/requests?show=all", "/incidents?level=none"]
    paths += [f"/incidents/{town.water}", f"/incidents/{town.hostile}", f"/incidents/{town.water}/posts", f"/requests/{town.question}"]
    paths += [f"/requests/{town.report}", "refused"]
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # a literal, in a loop
        for path in paths:
            if path == "refused":
                watched.go(f"/incidents/{town.hostile}")
                page.locator("details.step[open] form").evaluate("form => { form.noValidate = true; form.submit(); }")
                expect(page.get_by_role("alert")).to_contain_text("理由：必填")
            else:
                watched.go(path)
            page.evaluate(source)
            result = page.evaluate("() => axe.run()")
            found += [
                f"{scheme} {path}: {one['id']}: {one['help']}: {one['nodes'][0]['html'][:200]}"
                for one in result["violations"]
                if one["impact"] in {"serious", "critical"}
            ]
            for width, height in ((1920, 1080), (1366, 768)):
                page.set_viewport_size({"width": width, "height": height})
                if not page.evaluate("document.documentElement.scrollWidth <= innerWidth"):
                    found.append(f"{path} is wider than {width}")
    assert found == [], "\n".join(found)
