"""For programs: what a person says of a post instead of the models, and the words that decided what they say. JSON alone."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from config.topic_names import TOPIC_NAMES
from indexers import corrections
from indexers.errors import CorrectionError
from nlp.tagger import text_of
from web.desk import address_of, desk_of, officer_of
from web.errors import BadInput
from web.readable import readable_post
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
    model: str  # that is explained
    tagged_by: str | None  # that made the post's tags; where it is another, `yuqing retag` tags anew
    topic: tuple[Deciding, ...]
    sentiment: tuple[Deciding, ...]
    form: tuple[Deciding, ...]
    asks: tuple[Deciding, ...]


@router.post("/posts/{post_id:path}")
def correct(request: Request, post_id: str, form: CorrectionForm) -> CorrectionView:
    """Correct what the models say of a post. It beats them for good, and `yuqing train --corrections` learns from it."""
    desk, officer = desk_of(request), officer_of(request)
    stored = readable_post(request, post_id)
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
        raise BadInput(str(error)) from error
    detail = f"{one.field}: {one.old} → {one.new}"
    desk.gate.note(officer.name, "corrected", target=one.post, detail=detail, address=address_of(request))
    return CorrectionView(**{name: getattr(one, name) for name in CorrectionView.model_fields})


@router.get("/reasons/{post_id:path}")
def reasons(request: Request, post_id: str) -> ReasonsView:
    """Give the words of a post that decided its tags."""
    stored = readable_post(request, post_id)
    model, because = desk_of(request).explainer.explain(text_of(stored))
    words = {name: tuple(Deciding(word=each.word, weight=each.weight) for each in each_of) for name, each_of in because._asdict().items()}
    return ReasonsView(post=stored.id, model=model, tagged_by=stored.model, **words)
