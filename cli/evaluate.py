"""`yuqing evaluate`: measures models on the labelled sets, and holds them to their card."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

if TYPE_CHECKING:  # so that --help need not wait for the models' libraries
    from collections.abc import Mapping

    from nlp.against_card import Findings
    from nlp.evaluate import Measured
    from nlp.figures import Figure
    from nlp.models import ModelCard
    from nlp.segment import Segmenter

SENTIMENT, PROOFREADING = "sentiment", "proofread"


class Promised(NamedTuple):
    """A model by name and version, and what its card promises."""

    model: str
    scores: "Mapping[str, float]"


@click.command()
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    required=True,
    help="The folder with the labelled sets: `sentiment`, `topic`, `replay`, `incidents`.",
)
@click.option("--weights", type=click.Path(path_type=Path), help="Measure the weights in this folder, not those of YUQING_NLP__WEIGHTS.")
@click.option(
    "--anew",
    is_flag=True,
    help="Measure also what takes models made anew: sentiment by five folds, proofreading by four; a quarter of an hour, 2 GB.",
)
@click.option("--json", "as_json", is_flag=True, help="Print all figures as JSON, the bins of the calibration too.")
def evaluate(data: Path, weights: Path | None, *, anew: bool, as_json: bool) -> None:
    """Measure every figure of the models' card anew, with 95 % intervals: precision, recall and F1 of each label, confusion, calibration, per set.

    The small models for the voice of a text are measured by five folds over our own labels, as when they were trained.

    \b
    Example:
      yuqing evaluate --data ../shared/data
      yuqing evaluate --data ../shared/data --anew

    Exit codes: 0 done, 1 a model is worse than its card says, 2 wrong usage or configuration, or a set or the weights can't be used.
    """  # noqa: D301 - \b keeps click from wrapping the example
    from config.settings import load_settings
    from nlp.against_card import find, worse
    from nlp.models import SHIPPED, load
    from nlp.office import weights_segmenter

    settings = load_settings()
    folder = weights or settings.nlp.weights or SHIPPED
    segmenter = weights_segmenter(folder, settings.nlp)
    loaded = load(folder, segmenter)
    found = find(loaded, segmenter, data)
    told = worse(loaded.card, found)
    promised = {name: Promised(f"{name}-{model.version}", {**model.scores, **model.folds}) for name, model in loaded.card.models.items()}
    if anew:
        found[SENTIMENT], short = _sentiment(data, loaded.card.models[SENTIMENT], found[SENTIMENT], segmenter)
        found[PROOFREADING], promised[PROOFREADING], more = _proofreading(data)
        told += short + more
    if as_json:
        sets = {name: [_as_data(each) for each in one.sets] for name, one in found.items()}
        figures = {name: [each._asdict() for each in one.figures] for name, one in found.items()}
        click.echo(json.dumps({"sets": sets, "figures": figures, "worse": told}, ensure_ascii=False))
    else:
        for name, one in found.items():
            _show_model(one, promised[name])
    for line in told:
        click.echo(f"不如模型卡所述：{line}", err=True)
    if told:
        sys.exit(1)


def _sentiment(data: Path, card: "ModelCard", found: "Findings", segmenter: "Segmenter") -> "tuple[Findings, list[str]]":
    """Measure what the card of sentiment promises of models made of parts of the training set, and say what does not hold."""
    from nlp.against_card import TOLERANCE_ANEW, Findings, macro_f1, short_of
    from nlp.train_sentiment import measure_folds

    sets = measure_folds(data, segmenter, lambda step: click.echo(f"{SENTIMENT}: {step} …", err=True))
    return Findings((*found.sets, *sets), found.figures), short_of(SENTIMENT, card.folds, [*map(macro_f1, sets)], TOLERANCE_ANEW)


def _proofreading(data: Path) -> "tuple[Findings, Promised, list[str]]":
    """Measure what the shipped card of proofreading promises, and say what does not hold."""
    from nlp.against_card import TOLERANCE_ANEW, Findings, short_of
    from nlp.proofread.train import measure
    from nlp.proofread.weights import SHIPPED, read_card

    card = read_card(SHIPPED)
    figures = measure(data, lambda step: click.echo(f"{PROOFREADING}: {step} …", err=True))
    name = f"{PROOFREADING}-{card.version}"
    return Findings((), figures), Promised(name, card.scores), short_of(PROOFREADING, card.scores, figures, TOLERANCE_ANEW)


def _show_model(found: "Findings", promised: Promised) -> None:
    for each in found.sets:
        _show_set(promised.model, each, promised.scores.get(each.measure))
    shown = {each.measure for each in found.sets}
    for figure in found.figures:
        if figure.measure not in shown:
            _show(promised.model, figure, promised.scores.get(figure.measure))


def _show(model: str, each: "Figure", promised: float | None) -> None:
    low, high = each.interval
    click.echo(f"{model}  {each.measure} {each.value:.4f} [{low:.4f}, {high:.4f}]  {each.rows} 条{_promised(promised)}")


def _promised(figure: float | None) -> str:
    return "" if figure is None else f"  模型卡 {figure:.4f}"


def _show_set(model: str, each: "Measured", promised: float | None) -> None:
    low, high = each.interval
    click.echo(f"{model}  {each.measure} {each.macro_f1:.4f} [{low:.4f}, {high:.4f}]  {each.rows} 条  准确率 {each.accuracy:.4f}", nl=False)
    click.echo(
        f"  校准误差 {each.calibration_error:.4f}（纯属偶然约 {each.by_chance:.4f}）  最有把握的七成 {each.surest:.4f}{_promised(promised)}"
    )
    names = [label.name for label in each.labels]
    for label, row in zip(each.labels, each.confusion, strict=True):
        cells = "  ".join(f"{name} {size}" for name, size in zip(names, row, strict=True) if size)
        click.echo(f"  {label.name}：精确 {label.precision:.3f}  召回 {label.recall:.3f}  F1 {label.f1:.3f}  {label.rows} 条 → {cells}")


def _as_data(each: "Measured") -> dict[str, object]:
    return {**each._asdict(), "labels": [label._asdict() for label in each.labels], "bins": [one._asdict() for one in each.bins]}
