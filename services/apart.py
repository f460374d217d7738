"""The tagger in a process of its own, so that tagging and writing to the local store have a core each.

Both are mostly Python, and one interpreter runs on one core. The parent writes what is to be tagged to the child's standard input
and reads the tags from its standard output. The child ends when its input does, so it never outlives its parent, however that dies.
"""

import contextlib
import subprocess
import sys
from collections.abc import Sequence
from types import TracebackType
from typing import BinaryIO, Self

import msgspec
import structlog

from config.settings import Settings
from nlp.known import NOTHING, Known
from services.errors import TaggerGone, TaggerUnavailable, Untaggable
from services.tagging_wire import Answer, Ready, Said, read, write
from streams.messages import Kind, Post, TaggedPost

_COMMAND = (sys.executable, "-m", "services.tagging")
GRACE_S = 5.0  # a batch takes less

log = structlog.get_logger()


def command_for(settings: Settings) -> tuple[str, ...]:
    """Give the command of a process that tags as this office wants it."""
    return (*_COMMAND, *(str(path or "") for path in (settings.nlp.dictionary, settings.nlp.weights)))


class ApartTagger:
    """A tagger like `nlp.tagger.Tagger`, with its process; leave it, or `close` it, to end that. For one thread at a time."""

    def __init__(self, command: Sequence[str] = _COMMAND, known: Known = NOTHING) -> None:
        """Start the process and wait until it can tag for the office that is `known`. Raises TaggerUnavailable where it can't."""
        self._command, self._known = command, msgspec.msgpack.encode(known)
        self._process = self._start()

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid

    def tag(self, posts: Sequence[Post]) -> list[TaggedPost]:
        """Tag posts, in order. A process that died is started again, and asked once more.

        Raises Untaggable where the posts break the tagger, TaggerGone where it died of them twice, TaggerUnavailable where
        it can't be started now.
        """
        if not posts:
            return []
        asked = msgspec.msgpack.encode(
            [Said(post.title, post.text, post.author.standing, post.accounts, post.kind is Kind.REPOST) for post in posts]
        )
        answer = self._ask(asked) or self._ask(asked)
        if answer is None:
            raise TaggerGone(f"the tagging process died twice of the same {len(posts)} posts")
        if answer.error is not None:
            raise Untaggable(answer.error)
        return [TaggedPost(post=post, tags=tags) for post, tags in zip(posts, answer.tags, strict=True)]

    def close(self) -> None:
        """End the process."""
        with contextlib.suppress(BrokenPipeError):
            _pipe(self._process.stdin).close()
        try:
            self._process.wait(GRACE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        _pipe(self._process.stdout).close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _start(self) -> "subprocess.Popen[bytes]":
        process = subprocess.Popen(  # noqa: S603 - our own program
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            process_group=0,  # Ctrl-C is for this process, which ends the other when its batch is done
        )
        with contextlib.suppress(BrokenPipeError):
            write(_pipe(process.stdin), self._known)
        ready = read(_pipe(process.stdout), Ready) or Ready(error="it ended at once")
        if ready.error is None:
            self.segmenter = ready.segmenter
            return process
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            _pipe(pipe).close()
        raise TaggerUnavailable(f"the tagging process can't work: {ready.error}")

    def _ask(self, asked: bytes) -> Answer | None:
        """Ask the process, started again where it is gone; None where it dies of what is asked."""
        if self._process.poll() is not None:
            log.warning("tagger.restarted", code=self._process.returncode)
            self.close()
            self._process = self._start()
        try:
            write(_pipe(self._process.stdin), asked)
        except BrokenPipeError:
            answer = None
        else:
            answer = read(_pipe(self._process.stdout), Answer)
        if answer is None:
            self._process.wait()
        return answer


def _pipe(pipe: object) -> BinaryIO:
    assert pipe is not None
    return pipe  # type: ignore[return-value]  # Popen knows no more than that it may be there
