"""Makes the index templates, and refuses indices that were made for another program."""

from typing import Any

from elasticsearch import Elasticsearch

from indexers import desk_documents
from indexers.documents import VERSION, templates
from indexers.errors import SetupMismatch, translated
from indexers.names import Names

NOT_FOUND = 404


def set_up(client: Elasticsearch, names: Names, segmenter: str, replicas: int = 0) -> None:
    """Make the templates, or those that are other than this program's; doing it often is doing it once, and then costs two questions.

    `segmenter` is the stamp of the segmenter that cuts the tokens (`str(nlp.segment.Segmenter.stamp)`).
    Raises SetupMismatch where templates or indices carry another version or stamp, DatabaseUnavailable and DatabaseError.
    """
    with translated("set up the database"):
        standing = _templates(client, names)
        for name, body in templates(names, segmenter, replicas).items():
            if name in standing:
                _agree(f"index template {name}", standing[name], segmenter)
            if standing.get(name) != body["_meta"]:
                client.indices.put_index_template(name=name, **body)
    check_stamps(client, names, segmenter)


def _templates(client: Elasticsearch, names: Names) -> dict[str, Any]:
    """What each of our templates says of itself."""
    answer = client.options(ignore_status=NOT_FOUND).indices.get_index_template(name=names.everything)
    found = [] if answer.meta.status == NOT_FOUND else answer.body["index_templates"]
    return {one["name"]: one["index_template"].get("_meta") for one in found}


def is_set_up(client: Elasticsearch, names: Names) -> bool:
    """Say whether a writer has made the templates already, so that others may write to the indices of their own.

    Raises DatabaseUnavailable and DatabaseError.
    """
    with translated("look for the index templates"):
        return all(client.indices.exists_index_template(name=f"{names.prefix}-{family}") for family in desk_documents.FAMILIES)


def check_stamps(client: Elasticsearch, names: Names, segmenter: str) -> None:
    """See that queries cut with this segmenter find what stands in the indices. Needs no right but to read.

    Raises SetupMismatch, DatabaseUnavailable and DatabaseError.
    """
    with translated("read how posts are indexed"):
        found = _post_indices(client, names)
    for index, mapping in found.items():
        _agree(f"index {index}", mapping["mappings"].get("_meta"), segmenter)


def post_indices(client: Elasticsearch, names: Names) -> frozenset[str]:
    """Name the indices of posts that exist. Raises DatabaseUnavailable and DatabaseError."""
    with translated("list the months of posts"):
        return frozenset(_post_indices(client, names))


def _post_indices(client: Elasticsearch, names: Names) -> dict[str, Any]:
    found: dict[str, Any] = client.indices.get_mapping(index=names.posts).body
    return found


def _agree(what: str, stamp: object, segmenter: str) -> None:
    found = stamp if isinstance(stamp, dict) else {}
    if found.get("version") != VERSION:
        raise SetupMismatch(
            f"{what} has documents of version {found.get('version', 'unknown')}, this program writes version {VERSION}: "
            "run the version of the program that made it, or give this one another prefix (YUQING_ELASTICSEARCH__PREFIX) and replay the log"
        )
    if found.get("segmenter") != segmenter:
        raise SetupMismatch(
            f"{what} holds words cut by {found.get('segmenter', 'an unknown segmenter')}, this program cuts with {segmenter}: searches would "
            "miss; use the same engine and office dictionary, or give another prefix (YUQING_ELASTICSEARCH__PREFIX) and replay the log"
        )
