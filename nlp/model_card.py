"""The card of the weights as people read it."""

from nlp.models import Card, ModelCard

_WHAT = {
    "topic": "Which of seven fields of a government's work a text is about, or none (其他). Linear support vectors over log-count ratios.",
    "sentiment": "Whether a text is negative (-1), neutral (0) or positive (1). Linear support vectors over log-count ratios for sentiments, emotions and "
    "the kind of talk, weighed by a logistic regression over their margins and the products of these. Five folds: parts of the training set, each measured "
    "by a model of the others.",
    "voice": "In which voice a text speaks (own words, news, advert), whether its author asks for something, and whether it is about an account "
    "that it names. Logistic regressions over cue words; measured by five-fold cross-validation, `about` on labels given last.",
    "keywords": "How rare words are: their inverse document frequency; 0 for pronouns, particles and their like.",
}


def model_card(card: Card) -> str:
    """The card in Markdown: what each model is, what it was trained on and under which terms, and how good it was."""
    head = [
        "# Model card",
        "",
        f"Made on {card.made_on} by `yuqing train`, which also writes this file. Tag revision {card.tag_revision}, seed {card.seed},",
        f"segmenter `{card.segmenter}`, {', '.join(f'{library} {version}' for library, version in card.made_with.items())}.",
        "The weights are hashes and numbers: no vocabulary, no sentence of any set, no pickle.",
    ]
    parts = [line for name, model in card.models.items() for line in _model(name, model)]
    return "\n".join([*head, *parts]) + "\n"


def _model(name: str, model: ModelCard) -> list[str]:
    lines = ["", f"## {name}-{model.version}", "", _WHAT[name], ""]
    if model.labels:
        lines.append(f"- Labels: {' '.join(model.labels)}. Features: {', '.join(model.kinds)}.")
    lines += [f"- Trained on {data.rows:,} texts of {data.name}. Terms: {data.terms}" for data in model.data]
    scores = {**model.scores, **model.folds}
    if scores:
        lines += [
            "",
            "| measure | score |",
            "|---|---|",
            *(f"| {measured} | {score:.4f} |" for measured, score in scores.items()),
        ]
    return lines
