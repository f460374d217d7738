"""Requests about indices and templates."""

import fnmatch
from typing import Any

from indexers.embedded.api import Answer, Request
from indexers.embedded.engine import Engine, valid_name
from indexers.embedded.errors import ApiFault, unsupported
from indexers.embedded.indices import Index

_DONE = {"acknowledged": True}


def health(engine: Engine, request: Request) -> Answer:
    """The engine answers, so it is well; `red` where a search index could not be repaired yet."""
    well = not any(family.damaged for family in engine.families.values())
    shards = len(engine.indices)
    body = {
        "cluster_name": "local-store",
        "status": "green" if well else "red",
        "timed_out": False,
        "number_of_nodes": 1,
        "number_of_data_nodes": 1,
        "active_primary_shards": shards,
        "active_shards": shards,
        "relocating_shards": 0,
        "initializing_shards": 0,
        "unassigned_shards": 0,
        "number_of_pending_tasks": 0,
        "active_shards_percent_as_number": 100.0,
    }
    return Answer(200, body)


def create(engine: Engine, request: Request) -> Answer:
    """Make an index."""
    name = valid_name(request.named["index"])
    engine.create_index(name, request.json())
    return Answer(200, {**_DONE, "shards_acknowledged": True, "index": name})


def get(engine: Engine, request: Request) -> Answer:
    """Indices with their mappings and settings."""
    return Answer(200, {index.name: _described(index) for index in _named(engine, request)})


def get_mapping(engine: Engine, request: Request) -> Answer:
    """The mappings of indices."""
    return Answer(200, {index.name: {"mappings": index.mappings} for index in _named(engine, request)})


def exists(engine: Engine, request: Request) -> Answer:
    """Whether there are such indices."""
    if not request.flag("allow_no_indices", default=True) or "*" not in request.named["index"]:
        return Answer(200 if _named(engine, request) else 404, None)
    engine.resolve(request.named["index"], ignore_unavailable=request.flag("ignore_unavailable"))
    return Answer(200, None)


def delete(engine: Engine, request: Request) -> Answer:
    """Take indices and their documents away."""
    expression = request.named["index"]
    if "*" in expression or expression == "_all":
        raise unsupported("the deletion of indices by a wildcard")
    for index in _named(engine, request):
        engine.delete_index(index)
    return Answer(200, _DONE)


def refresh(engine: Engine, request: Request) -> Answer:
    """Make what was acknowledged found."""
    indices = _named(engine, request)
    engine.refresh(index.family for index in indices)
    return Answer(200, {"_shards": {"total": len(indices), "successful": len(indices), "failed": 0}})


def put_template(engine: Engine, request: Request) -> Answer:
    """Keep an index template, for indices made from now on."""
    name = request.named["name"]
    if request.flag("create") and name in engine.templates:
        raise ApiFault(400, "illegal_argument_exception", f"index template [{name}] already exists")
    engine.put_template(name, request.json())
    return Answer(200, _DONE)


def get_template(engine: Engine, request: Request) -> Answer:
    """Index templates by name or wildcard."""
    pattern = request.named["name"]
    found = [
        {"name": name, "index_template": template.body}
        for name, template in sorted(engine.templates.items())
        if fnmatch.fnmatchcase(name, pattern)
    ]
    if not found and "*" not in pattern:
        raise _no_template(pattern)
    return Answer(200, {"index_templates": found})


def delete_template(engine: Engine, request: Request) -> Answer:
    """Forget an index template; its indices stay."""
    name = request.named["name"]
    if name not in engine.templates:
        raise _no_template(name)
    engine.delete_template(name)
    return Answer(200, _DONE)


def _no_template(name: str) -> ApiFault:
    return ApiFault(404, "resource_not_found_exception", f"index template matching [{name}] not found")


def _named(engine: Engine, request: Request) -> list[Index]:
    return engine.resolve(
        request.named.get("index"),
        ignore_unavailable=request.flag("ignore_unavailable"),
        allow_none=request.flag("allow_no_indices", default=True),
    )


def _described(index: Index) -> dict[str, Any]:
    settings = index.settings.get("index", index.settings)
    return {"aliases": {}, "mappings": index.mappings, "settings": {"index": {**settings, "provided_name": index.name}}}
