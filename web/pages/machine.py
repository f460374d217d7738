"""For machines: whether the server lives, and what its routes take and give."""

from typing import Any

from fastapi import APIRouter, Request

router = APIRouter()


@router.get("/health")
def health() -> dict[str, str]:
    """Say that the server answers; it asks nothing of the database."""
    return {"status": "ok"}


@router.get("/openapi.json", include_in_schema=False)
def openapi(request: Request) -> dict[str, Any]:
    """Describe every route."""
    found: dict[str, Any] = request.app.openapi()
    return found
