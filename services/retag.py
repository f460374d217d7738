"""Tags posts that stand in the database again, a page at a time, beside the pipeline."""

from typing import NamedTuple

from indexers import queries
from indexers.merge import StoredPost, retagged
from indexers.reader import Reader
from indexers.slots import Window
from indexers.writer import Writer
from nlp.tagger import Said, Tagger, text_of
from streams.messages import Kind


class Done(NamedTuple):
    """What was done."""

    posts: int
    refused: int


def retag_window(reader: Reader, writer: Writer, tagger: Tagger, window: Window) -> Done:
    """Tag all posts of a window again. A post that others change meanwhile is merged with what they wrote; which post it repeats stays.

    Raises DatabaseUnavailable and DatabaseError; the same again is right.
    """
    posts = refused = 0
    for page in queries.walk_posts(reader, window):
        tags = tagger.tag_said([_said(post) for post in page])
        refused += len(writer.rewrite([retagged(post, new) for post, new in zip(page, tags, strict=True)]))
        posts += len(page)
    return Done(posts, refused)


def _said(post: StoredPost) -> Said:
    return Said(text_of(post), post.author.standing, post.accounts, post.kind is Kind.REPOST)
