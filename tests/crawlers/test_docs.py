"""What the documentation must not forget."""

from pathlib import Path

import pytest

from config.sources import SPIDERS, PluginSource
from crawlers.ingest import FIELDS
from crawlers.reasons import REASONS

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("reason", REASONS)
def test_each_reason_is_documented(reason: str) -> None:
    """In docs/crawlers.md."""
    assert f"`{reason}`" in (DOCS / "crawlers.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("key", sorted({key for model in (*SPIDERS.values(), PluginSource) for key in model.model_fields}))
def test_each_key_of_a_source_is_documented(key: str) -> None:
    """In docs/sources.md."""
    assert f"`{key}`" in (DOCS / "sources.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("field", FIELDS)
def test_each_field_of_a_file_is_documented(field: str) -> None:
    """In docs/sources.md."""
    assert field in (DOCS / "sources.md").read_text(encoding="utf-8")
