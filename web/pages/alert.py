"""One alert's page, and what an officer does with it: acknowledge it, and end it with a reason."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import RedirectResponse, Response

from alerts.episodes import Episode
from alerts.errors import Contested, NoSuchEpisode, NotAllowed
from web.access import may
from web.alert_page import AlertView, alert_view
from web.desk import actor_of, address_of, desk_of, officer_of
from web.duty_alerts import TARGET, duty_alerts
from web.errors import BadInput, Conflict, NotFound
from web.links import alert_link
from web.render import respond, speech_of, wants_json
from web.sign_in_page import own_path

router = APIRouter()

STEPS = {"acknowledge": "/alerts/{episode_id}/acknowledge", "resolve": "/alerts/{episode_id}/resolve"}
LONGEST_WHY = 500  # characters


class StepForm(BaseModel):
    """What one gives with a step."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    why: Annotated[str, Field(max_length=LONGEST_WHY, description="Why an alert is ended.")] = ""
    next: Annotated[str, Field(max_length=2000, description="The page to go on to.")] = ""


@router.get("/alerts/{episode_id}", response_model=AlertView)
def alert(request: Request, episode_id: str) -> Response:
    """Show one alert."""
    return _page(request, episode_id)


@router.post(STEPS["acknowledge"], response_model=AlertView)
def acknowledge(request: Request, episode_id: str, form: Annotated[StepForm, Form()]) -> Response:
    """Note that the officer has seen it. Of two who do, one wins, and the other is told who did."""
    desk, who = desk_of(request), officer_of(request).name
    return _take(request, episode_id, form, "alert_acknowledged", lambda: desk.alerts.acknowledge(episode_id, who, desk.clock()))


@router.post(STEPS["resolve"], response_model=AlertView)
def resolve(request: Request, episode_id: str, form: Annotated[StepForm, Form()]) -> Response:
    """End it, with a reason."""
    desk, who, why = desk_of(request), officer_of(request).name, form.why.strip()
    if not why:
        return _refused(request, episode_id, form, BadInput("请填写结束的原因，例如误报、已处置"))
    return _take(request, episode_id, form, "alert_resolved", lambda: desk.alerts.resolve(episode_id, who, why, desk.clock()), why)


def _take(  # noqa: PLR0917 - the parts of one step
    request: Request, episode_id: str, form: StepForm, action: str, step: Callable[[], Episode], detail: str | None = None
) -> Response:
    desk = desk_of(request)
    try:
        step()
    except NoSuchEpisode as error:
        raise NotFound(f"没有这个预警：{episode_id[:200]}") from error
    except NotAllowed as error:
        return _refused(request, episode_id, form, Conflict(_why_not(request, episode_id), possible=error.possible))
    except Contested:
        return _refused(request, episode_id, form, Conflict("这个预警刚刚多次变化，请再试一次"))
    desk.gate.note(officer_of(request).name, action, target=episode_id, detail=detail, address=address_of(request))
    if wants_json(request):
        return _page(request, episode_id)
    if from_duty(request):
        return respond(request, "duty_alerts.html", duty_alerts(desk))
    return RedirectResponse(own_path(form.next) if form.next else alert_link(episode_id), HTTPStatus.SEE_OTHER)


def _refused(request: Request, episode_id: str, form: StepForm, error: BadInput | Conflict) -> Response:
    """Show the page as it stands now, with what was wrong and what was typed; programs get the error itself."""
    if wants_json(request):
        raise error
    if from_duty(request):
        return respond(request, "duty_alerts.html", duty_alerts(desk_of(request), message=str(error)), error.http_status)
    return _page(request, episode_id, message=str(error), why=form.why, status=error.http_status)


def _page(request: Request, episode_id: str, *, message: str = "", why: str = "", status: int = HTTPStatus.OK) -> Response:
    desk, role = desk_of(request), officer_of(request).role
    try:
        told = desk.alerts.told(episode_id)
    except NoSuchEpisode as error:
        raise NotFound(f"没有这个预警：{episode_id[:200]}") from error
    can = [step for step, path in STEPS.items() if may(role, "POST", path)]
    return respond(request, "alert.html", alert_view(desk, told, actor_of(request), can, message=message, why=why), status)


def _why_not(request: Request, episode_id: str) -> str:
    """Say who was faster, and when."""
    desk, said = desk_of(request), speech_of(request)
    episode = desk.alerts.told(episode_id).episode
    last = next((step for step in reversed(episode.steps) if step.step == episode.status), episode.steps[-1])
    who = last.by or said.say("alerts.by_itself")
    at = last.at.astimezone(desk.settings.zone).strftime("%m-%d %H:%M")
    return said.say(f"alerts.already.{episode.status}", who=who, time=at)


def from_duty(request: Request) -> bool:
    """Whether the duty page asks, and only its block of alerts is to be drawn anew."""
    return request.headers.get("hx-request") == "true" and request.headers.get("hx-target", "").endswith(TARGET)
