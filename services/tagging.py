"""The process in which texts are tagged apart: `python -m services.tagging [DICTIONARY [WEIGHTS]]`, started by `services.apart`.

First it is told what there is to know of the office. It imports little, for its memory counts.
"""

import sys
from pathlib import Path

import msgspec

from config.errors import YuqingError
from nlp import tagger as tagging
from nlp.known import Known
from nlp.segment import Segmenter
from nlp.tagger import Tagger, text_of
from services.memory import collect_rarely, give_back
from services.tagging_wire import Answer, Ready, Said, read, write


def main(dictionary: str = "", weights: str = "") -> None:
    """Tag what comes until there is no more, with the office's own words and weights where they are given."""
    asked, answers = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # whatever a library prints must not get between the answers
    known = read(asked, Known)
    if known is None:
        return
    try:
        segmenter = Segmenter.of_office(Path(dictionary)) if dictionary else None
        tagger = Tagger.load(Path(weights) if weights else None, segmenter, known)
    except YuqingError as error:
        write(answers, msgspec.msgpack.encode(Ready(error=str(error))))
        return
    write(answers, msgspec.msgpack.encode(Ready(segmenter=tagger.segmenter)))
    collect_rarely()
    give_back()  # half as much again was only needed to load
    while (said := read(asked, list[Said])) is not None:
        try:
            answer = Answer(tagger.tag_said([tagging.Said(text_of(one), one.standing, one.accounts, one.repost) for one in said]))
        except Exception as error:  # noqa: BLE001 - a text that breaks a library; the parent finds out which
            answer = Answer(error=repr(error))
        write(answers, msgspec.msgpack.encode(answer))


if __name__ == "__main__":
    main(*sys.argv[1:])
