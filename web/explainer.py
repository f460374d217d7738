"""The models, for saying why: read when somebody first asks, for most servers are never asked and they take 60 MB."""

import threading

from config.check import Office
from config.settings import Settings
from nlp.explain import Reasons
from nlp.known import Known
from nlp.office import office_tagger
from nlp.tagger import Tagger


class Explainer:
    """Says which words decided. Any thread may ask."""

    def __init__(self, settings: Settings, office: Office) -> None:
        self._settings = settings
        self._office = office
        self._turn = threading.Lock()
        self._tagger: Tagger | None = None

    def explain(self, text: str) -> tuple[str, Reasons]:
        """Which models answer, and the words that decided. Raises DictionaryError and WeightsError."""
        with self._turn:  # so that two who ask at once don't read the models twice
            if self._tagger is None:
                self._tagger = office_tagger(self._settings.nlp, Known.of(self._office))
        return self._tagger.model, self._tagger.explain(text)[1]
