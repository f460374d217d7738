"""The contracts: what one public post looks like, from the crawler's edge to the database.

Times are aware and in UTC. A count is None where the source does not show it, never 0. A private author is a pseudonym
without name, region or profile counts (see `crawlers.authors`): nothing downstream may select, group or rank by them.
"""

import enum
from datetime import datetime
from typing import TypeVar

import msgspec

from streams.errors import ContractError

CONTRACT = 1  # raise it when an older reader could misread a message


class Kind(enum.StrEnum):
    """What kind of public utterance a post is."""

    POST = "post"
    COMMENT = "comment"
    REPOST = "repost"
    ARTICLE = "article"
    REPORT = "report"  # a find that a person reported by hand


class Standing(enum.StrEnum):
    """Whether an author speaks in public office; all but PRIVATE keep their identity."""

    PRIVATE = "private"
    ORGANISATION = "organisation"  # verified by the platform as an organisation
    MEDIA = "media"  # verified by the platform as media
    MONITORED = "monitored"  # one of the office's own accounts


class Flag(enum.StrEnum):
    """What was repaired or is uncertain about a post; shown beside it."""

    TRUNCATED = "truncated"  # the source shows only the beginning of the text
    INEXACT_DATE = "inexact_date"  # "5分钟前": published_at is right to the minute, the hour or the day only
    IMPLAUSIBLE_DATE = "implausible_date"  # 1970, 2099: published_at is collected_at instead
    NO_DATE = "no_date"  # the source shows none: published_at is collected_at instead
    REPAIRED_TEXT = "repaired_text"  # NUL or lone surrogates were replaced by U+FFFD
    CLIPPED_TEXT = "clipped_text"  # longer than we keep: the rest was cut off
    BAD_COUNT = "bad_count"  # a negative or unreadable count became None


class Form(enum.StrEnum):
    """In which voice a text speaks."""

    VOICE = "voice"  # somebody's own words
    NEWS = "news"
    ADVERT = "advert"
    OFFICIAL = "official"  # the office's own text, or a repost of it


class AskKind(enum.StrEnum):
    """What the author of a text asks for."""

    REPORT = "report"  # 举报, against a department or a person
    COMPLAINT = "complaint"  # 投诉
    HELP = "help"  # 求助
    QUESTION = "question"  # 咨询
    SUGGESTION = "suggestion"  # 建议
    PRAISE = "praise"  # 表扬


class Author(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who wrote a post. A private author has an `id` that is a keyed pseudonym ("p:…") and nothing else."""

    id: str
    standing: Standing = Standing.PRIVATE
    name: str | None = None
    region: str | None = None
    followers: int | None = None
    following: int | None = None
    posts: int | None = None


class Post(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One public post, comment or repost, as it stood when it was collected."""

    id: str  # "weibo:5331146212902202": platform, then the platform's own id; the idempotency key everywhere
    platform: str  # "weibo", "wechat", "mastodon", "web", …
    kind: Kind
    author: Author
    text: str
    published_at: datetime
    collected_at: datetime
    source: str  # id of the source in config/sources.yaml that found it
    url: str | None = None
    title: str | None = None
    client: str | None = None  # the app it was sent with
    root_id: str | None = None  # the post at the top of the chain that this one comments on or forwards
    parent_id: str | None = None
    forwards: int | None = None
    comments: int | None = None
    likes: int | None = None
    reads: int | None = None
    media: tuple[str, ...] = ()  # addresses of pictures and videos
    owner: str | None = None  # id of the monitored account that wrote it; None for everybody else
    accounts: tuple[str, ...] = ()  # ids of the monitored accounts that it mentions, is by, or answers
    flags: tuple[Flag, ...] = ()

    @property
    def key(self) -> str:
        """What keeps a conversation in order on the log: the id of its root post."""
        return self.root_id or self.id


class Tags(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the models say of a text. Scores are probabilities of the label, 0 to 1. All is to sort by: nothing is dismissed by it."""

    topic: str  # one of the seven, or 其他
    topic_score: float
    second_topic: str | None = None  # where it is close
    second_score: float | None = None
    own_topics: tuple[str, ...] = ()  # of the office's own, by name
    own_topics_why: tuple[str, ...] = ()  # one for one: by which words, or how like the examples; for people, in Chinese
    form: Form = Form.VOICE
    form_score: float | None = None  # None where it is known and not judged
    asks: AskKind | None = None
    asks_score: float | None = None  # how probable it is that the author asks for something
    is_report: bool = (
        False  # a private author's text with the office's words for a report (举报), whoever reports whom: for its readers alone
    )
    doubtful: tuple[str, ...] = ()  # accounts that the text names in passing only, by id
    language: str | None = None  # "zh", or what else: then the models, which know Chinese only, say nothing (see `nlp.language`)
    sentiment: int  # -1, 0, 1
    sentiment_score: float
    own_words: bool = True  # False for a repost that adds nothing of its own
    copy_keys: tuple[str, ...] = ()  # that near-duplicates of the text share (see `nlp.copies`)
    duplicate_of: str | None = None  # the post that this one repeats, by id
    tokens: str  # the segmented text, joined by spaces
    keywords: tuple[str, ...]
    model: str  # which models made these, e.g. "topic-1a2b3c4d/sentiment-5e6f7a8b"
    tag_revision: int  # grows with every change of model, also when going back to an older one


class TaggedPost(msgspec.Struct, frozen=True, kw_only=True):
    """A post with its tags, ready to be written to the database."""

    post: Post
    tags: Tags


class Coverage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One run of one source: what was expected and what came, so that a crawl that ends early says so."""

    id: str  # "source-id:started_at"
    source: str
    started_at: datetime
    ended_at: datetime
    outcome: str  # "complete", "partial", "failed", "off"
    reason: str | None = None  # a short constant, e.g. "sign_in_page"; None when complete
    detail: str | None = None  # for people, in Chinese
    pages: int = 0
    failed_pages: int = 0
    seen: int = 0  # items read
    kept: int = 0  # items that mention a monitored account and were acknowledged by the log
    broken: int = 0  # items that went to the dead letters
    expected: int | None = None  # items the source said it has; None where it does not say
    oldest_at: datetime | None = None
    newest_at: datetime | None = None


class _Versioned(msgspec.Struct):
    contract: int = 0


_encoder = msgspec.json.Encoder()
_decoders: dict[type, msgspec.json.Decoder[object]] = {}
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)  # the last for a thousand brackets in brackets
_version_decoder = msgspec.json.Decoder(_Versioned)


def encode(message: msgspec.Struct) -> bytes:
    """One message as JSON, with the contract's version in front: `{"contract":1,"id":…}`."""
    return b'{"contract":%d,' % CONTRACT + _encoder.encode(message)[1:]


Body = TypeVar("Body", bound=msgspec.Struct)


def decode(value: bytes, kind: type[Body]) -> Body:
    """Read one message.

    Raises ContractError with the reason "contract_version" (another version of the contract), "not_json" or
    "invalid_message".
    """
    try:
        version = _version_decoder.decode(value).contract
    except _UNREADABLE as error:
        raise ContractError("not_json", f"the message is not a JSON object: {error}") from error
    if version != CONTRACT:
        raise ContractError("contract_version", f"the message has contract version {version}, this program reads {CONTRACT}")
    decoder = _decoders.setdefault(kind, msgspec.json.Decoder(kind))
    try:
        message = decoder.decode(value)
    except msgspec.ValidationError as error:
        raise ContractError("invalid_message", f"the message does not fit {kind.__name__}: {error}") from error
    except _UNREADABLE as error:  # the look at the version skips over text without reading it
        raise ContractError("not_json", f"the message is not JSON: {error}") from error
    assert isinstance(message, kind)
    return message
