"""The card of the model of proofreading as people read it."""

from nlp.proofread.judge import IN_A_NAME
from nlp.proofread.unlisted import Sure
from nlp.proofread.weights import Card


def model_card(card: Card) -> str:
    """The card in Markdown: what the model is, what it was trained on and under which terms, and how good it is."""
    lines = [
        "# Model card",
        "",
        f"Made on {card.made_on} by `yuqing train-proofread`, which also writes this file. Version {card.version}, seed {card.seed},",
        f"{', '.join(f'{library} {version}' for library, version in card.made_with.items())}.",
        "The weights are hashes, levels of counts, decision trees, characters that are taken for one another and words of jieba's dictionary (MIT): no sentence",
        "or sequence of any set, no pickle. Sounds after the pinyin-data project (MIT), shapes compared in Noto Sans CJK SC (SIL Open Font License).",
        "",
        "Says which characters of a text are wrong, and what was meant. It is for official texts and news in modern standard Chinese; it corrects characters, and",
        "neither adds nor leaves out any. What it says is to be looked at by a person: of ten changes some seven are right.",
        "",
        f"A finding is made from a probability of {card.threshold} on; in what may be a name from {IN_A_NAME[Sure.PERHAPS]}, in what is one from {IN_A_NAME[Sure.SURELY]}.",
        "Measured by sentences, four parts, each with a model of the other three; with the same models, of names that nobody has, those in which anything is",
        "changed (see docs/proofreading.md).",
        "",
        "| measure | score |",
        "|---|---|",
        *(f"| {name} | {value:.4f} |" for name, value in card.scores.items()),
        "",
        "Trained on:",
        "",
        *(f"- {data.rows:,} texts of {data.name}. Terms: {data.terms}" for data in card.data),
    ]
    return "\n".join(lines) + "\n"
