"""Addresses that forms alone are sent to: whoever opens or reloads one is led to the page that the form stands on."""

from http import HTTPStatus

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from web.links import escaped

router = APIRouter()

# address of a form → address of its page
STANDS_ON = {
    "/sign-out": "/me",
    "/me/password": "/me",
    "/alerts/retry": "/alerts",
    "/alerts/{episode_id}/acknowledge": "/alerts/{episode_id}",
    "/alerts/{episode_id}/resolve": "/alerts/{episode_id}",
    "/reports/{report_id}/words": "/reports/{report_id}",
    "/reports/{report_id}/sign": "/reports/{report_id}",
}


def lead(request: Request) -> Response:
    """Lead to the page that the form stands on."""
    page = STANDS_ON[request.scope["route"].path]
    given = {name: escaped(value) for name, value in request.path_params.items()}
    return RedirectResponse(page.format_map(given), HTTPStatus.SEE_OTHER)


for path in STANDS_ON:
    router.add_api_route(path, lead, methods=["GET"], include_in_schema=False)
