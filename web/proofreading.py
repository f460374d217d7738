"""`POST /api/proofread`: reads an official text before it goes out, as `yuqing proofread` does. Nothing of the text is kept."""

from typing import Annotated

import msgspec
from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from nlp.proofread.reasons import told_in
from web.desk import address_of, desk_of, officer_of
from web.render import speech_of
from web.views import View

router = APIRouter()

LONGEST = 20_000  # characters of a text; some 100 ms for each thousand


class Draft(BaseModel):
    """A text that is to go out."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: Annotated[str, Field(max_length=LONGEST)]


class FindingView(View):
    """Something to look at; places are characters (code points) of the text as given."""

    offset: int
    length: int
    text: str
    suggestion: str | None  # null where somebody must decide, "" to leave it out
    rule: str
    confidence: float
    why: str | None


class ProofreadView(View):
    """The text with all that is sure put right, and every finding in the order of the text."""

    corrected: str
    findings: tuple[FindingView, ...]


@router.post("/api/proofread", response_model=ProofreadView)
async def proofread(request: Request, draft: Draft) -> Response:
    """Proofread a text of up to 20,000 characters: `{"text": "…"}`. Reasons are in the language of the pages."""
    desk = desk_of(request)
    found = await run_in_threadpool(lambda: told_in(desk.proofreader().proofread(draft.text), speech_of(request).language))
    about = f"{len(draft.text)} 字，{len(found.findings)} 处"
    await run_in_threadpool(desk.gate.note, officer_of(request).name, "proofread", detail=about, address=address_of(request))
    return Response(msgspec.json.encode(found), media_type="application/json", headers={"Vary": "Cookie"})
