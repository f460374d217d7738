"""What panels count: families of documents, each placed in time by one field. In Kibana each is a data view.

There is none of users, sessions, requests (reports against somebody are among them) or handling records: they are not for charts.
"""

from typing import NamedTuple

from indexers.names import Names


class Text(NamedTuple):
    """A text in the two languages of the interface."""

    zh: str
    en: str

    def of(self, language: str) -> str:
        """Give it in "zh" or "en"."""
        return self.en if language == "en" else self.zh


class View(NamedTuple):
    """One family of documents."""

    id: str  # the last part of the index name
    title: Text
    time: str  # the field by which documents are placed in time
    hidden: tuple[str, ...]  # fields that Kibana's tables of documents leave out

    def indices(self, names: Names) -> str:
        """Name its indices."""
        return names.posts if self.id == "posts" else f"{names.prefix}-{self.id}"

    def key(self, names: Names) -> str:
        """Give the fixed id of its data view in Kibana."""
        return f"{names.prefix}-{self.id}"


_MERGING = ("tokens", "text_from", "tags_from", "counted_at.*")
_BODY = ("body", "body.*")

POSTS = View(
    "posts",
    Text("帖子", "Posts"),
    "published_at",
    ("author.id", "author.region", "author.followers", "author.following", "author.posts", *_MERGING),
)
COVERAGE = View("coverage", Text("采集运行", "Runs of sources"), "started_at", ())
INCIDENTS = View("incidents", Text("事件", "Incidents"), "found_at", _BODY)
EPISODES = View("episodes", Text("预警", "Alerts"), "opened_at", _BODY)
ACCOUNTS = View("accounts", Text("账号快照", "Account profiles"), "at", _BODY)

VIEWS = (POSTS, COVERAGE, INCIDENTS, EPISODES, ACCOUNTS)
