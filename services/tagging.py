"""The process in which texts are tagged apart: `python -m services.tagging [DICTIONARY [WEIGHTS [CONFIG]]]`, started by `services.apart`.

It imports little, for its memory counts.
"""

import sys
from pathlib import Path

import msgspec

from config.check import load_office
from config.errors import YuqingError
from config.settings import load_settings
from nlp import tagger as tagging
from nlp.known import NOTHING, Known
from nlp.segment import Segmenter
from nlp.tagger import Tagger, text_of
from services.memory import collect_rarely, give_back
from services.tagging_wire import Answer, Ready, Said, read, write


def main(dictionary: str = "", weights: str = "", config: str = "") -> None:
    """Tag what comes until there is no more, with the office's own words, weights and files (the folder `config`) where they are given."""
    asked, answers = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # whatever a library prints must not get between the answers
    try:
        segmenter = Segmenter.of_office(Path(dictionary)) if dictionary else None
        known = Known.of(load_office(load_settings(config_dir=Path(config)))) if config else NOTHING
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
