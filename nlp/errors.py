"""What can go wrong with cutting, with weights and with training."""

from pathlib import Path

from config.errors import YuqingError


class NlpError(YuqingError):
    """Base of the errors of this package."""


class DictionaryError(NlpError):
    """An office dictionary can't be read: the message names the file, the line, and what should stand there."""

    status = 2


class WeightsError(NlpError):
    """Weights can't be used: missing, damaged, of another format, or made with another segmenter.

    `reason` is a short constant for counting: "missing", "damaged", "format", "segmenter", "cleaning".
    """

    status = 2

    def __init__(self, reason: str, path: Path, what: str) -> None:
        self.reason = reason
        self.path = path
        super().__init__(f"{path}: {what}")


class DataError(NlpError):
    """The labelled data for training or measuring is missing or not what it should be."""

    status = 2
