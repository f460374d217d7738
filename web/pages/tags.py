"""What a person says of a post instead of the models, and the words that decided what they say."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.responses import Response

from config.topic_names import TOPIC_NAMES
from indexers import corrections
from indexers.errors import CorrectionError
from nlp.tagger import text_of
from web.desk import address_of, desk_of, officer_of
from web.errors import BadInput
from web.links import post_link
from web.pages.post import POST, REASONS, post_view
from web.readable import readable_post
from web.render import respond, speech_of, wants_json
from web.sign_in_page import FORM
from web.views import View

router = APIRouter()


class CorrectionForm(BaseModel):
    """One field of a post, and what is right of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    field: Annotated[str, Field(max_length=20, description="topic, sentiment, form or asks.")]
    value: Annotated[
        str | None, Field(max_length=20, description="As posts have it, a sentiment as -1, 0 or 1; null for a text that asks for nothing.")
    ]
    why: Annotated[str, Field(max_length=corrections.LONGEST_WHY, description="For whoever looks at it later.")] = ""


class CorrectionView(View):
    """A correction as it was written down."""

    post: str
    field: str
    old: str | None
    new: str | None
    by: str
    at: datetime
    why: str
    model: str | None  # which said what was wrong


class Deciding(View):
    """A word, and how much it spoke for the answer (above 0) or against it, in log-odds."""

    word: str
    weight: float


class ReasonsView(View):
    """The words that decided each answer of the models of now, the strongest first."""

    post: str
    page: str  # the address of the post's page
    model: str  # that is explained
    tagged_by: str | None  # that made the post's tags; where it is another, `yuqing retag` tags anew
    topic: tuple[Deciding, ...]
    sentiment: tuple[Deciding, ...]
    form: tuple[Deciding, ...]
    asks: tuple[Deciding, ...]


async def _given(request: Request) -> CorrectionForm:
    """Read a correction, as programs send it or as the form of the page does. Raises RequestValidationError."""
    try:
        if not _is_form(request):
            return CorrectionForm.model_validate_json(await request.body())
        given = {name: value for name, value in (await request.form(max_fields=10)).items() if isinstance(value, str)}
        return CorrectionForm.model_validate({**given, **({"value": given["value"] or None} if "value" in given else {})})
    except ValidationError as error:
        raise RequestValidationError([{**one, "loc": ("body", *one["loc"])} for one in error.errors()]) from error


def _is_form(request: Request) -> bool:
    return request.headers.get("content-type", "").startswith(FORM)


_SCHEMA = CorrectionForm.model_json_schema()
_BODY = {"requestBody": {"required": True, "content": {"application/json": {"schema": _SCHEMA}, FORM: {"schema": _SCHEMA}}}}


@router.post(POST, response_model=CorrectionView, openapi_extra=_BODY)
def correct(request: Request, post_id: str, form: Annotated[CorrectionForm, Depends(_given)]) -> Response:
    """Correct what the models say of a post. It beats them for good, and `yuqing train --corrections` learns from it."""
    desk, officer = desk_of(request), officer_of(request)
    stored = readable_post(request, post_id)
    by_hand = _is_form(request) and not wants_json(request)
    try:
        one = corrections.correct(
            desk.reader,
            desk.writer(),
            stored.id,
            form.field,
            form.value,
            by=officer.name,
            at=desk.clock(),
            topics=frozenset(TOPIC_NAMES),
            why=form.why.strip(),
        )
    except CorrectionError as error:
        if not by_hand:
            raise BadInput(str(error)) from error
        view = post_view(request, stored).model_copy(update={"message": speech_of(request).say("correct.refused"), "why": form.why})
        return respond(request, "post.html", view, HTTPStatus.BAD_REQUEST)
    detail = f"{one.field}: {one.old} → {one.new}"
    desk.gate.note(officer.name, "corrected", target=one.post, detail=detail, address=address_of(request))
    if by_hand:  # as it is now: a search would find it so only in a second
        corrected = post_view(request, corrections.with_correction(stored, one))
        return respond(request, "post.html", corrected.model_copy(update={"done": True}))
    written = CorrectionView(**{name: getattr(one, name) for name in CorrectionView.model_fields})
    return Response(written.model_dump_json(), media_type="application/json")


@router.get(REASONS, response_model=ReasonsView)
def reasons(request: Request, post_id: str) -> Response:
    """Give the words of a post that decided its tags."""
    stored = readable_post(request, post_id)
    model, because = desk_of(request).explainer.explain(text_of(stored))
    words = {name: tuple(Deciding(word=each.word, weight=each.weight) for each in each_of) for name, each_of in because._asdict().items()}
    view = ReasonsView(post=stored.id, page=post_link(stored.id), model=model, tagged_by=stored.model, **words)
    return respond(request, "reasons.html", view)
