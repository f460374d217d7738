"""`yuqing evaluate`: measures models on the labelled sets kept for development, and holds them to their card."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:  # so that --help need not wait for the models' libraries
    from nlp.evaluate import Measured

TOLERANCE = 0.001  # macro-F1: libraries round differently


@click.command()
@click.option("--data", type=click.Path(path_type=Path), required=True, help="The folder with the labelled sets, `sentiment` and `topic`.")
@click.option("--weights", type=click.Path(path_type=Path), help="Measure the weights in this folder, not those of YUQING_NLP__WEIGHTS.")
@click.option("--json", "as_json", is_flag=True, help="Print all figures as JSON, the bins of the calibration too.")
def evaluate(data: Path, weights: Path | None, *, as_json: bool) -> None:
    """Measure the models: precision, recall and F1 of each label, confusion, calibration, per set, with 95 % intervals.

    \b
    Example:
      yuqing evaluate --data ../shared/data

    Exit codes: 0 done, 1 a model is worse than its card says, 2 wrong usage or configuration, or a set or the weights can't be used.
    """  # noqa: D301 - \b keeps click from wrapping the example
    from config.settings import load_settings
    from nlp.evaluate import measure_sentiment, measure_topic
    from nlp.models import SENTIMENT, SHIPPED, TOPIC, load
    from nlp.office import weights_segmenter

    settings = load_settings()
    folder = weights or settings.nlp.weights or SHIPPED
    segmenter = weights_segmenter(folder, settings.nlp)
    loaded = load(folder, segmenter)
    found = {
        SENTIMENT: list(measure_sentiment(loaded.sentiment, segmenter, data)),
        TOPIC: list(measure_topic(loaded.topic, segmenter, data)),
    }
    promised = {name: loaded.card.models[name].scores for name in found}
    worse = [
        f"{name} {each.measure}: {each.macro_f1:.4f} < {promised[name][each.measure]:.4f}"
        for name, sets in found.items()
        for each in sets
        if each.macro_f1 < promised[name].get(each.measure, 0) - TOLERANCE
    ]
    if as_json:
        sets = {name: [_as_data(each) for each in measured] for name, measured in found.items()}
        click.echo(json.dumps({"sets": sets, "worse": worse}, ensure_ascii=False))
    else:
        for name, measured in found.items():
            for each in measured:
                _show(f"{name}-{loaded.card.models[name].version}", each)
    for line in worse:
        click.echo(f"不如模型卡所述：{line}", err=True)
    if worse:
        sys.exit(1)


def _show(model: str, each: "Measured") -> None:
    low, high = each.interval
    click.echo(f"{model}  {each.measure} {each.macro_f1:.4f} [{low:.4f}, {high:.4f}]  {each.rows} 条  准确率 {each.accuracy:.4f}", nl=False)
    click.echo(f"  校准误差 {each.calibration_error:.4f}")
    names = [label.name for label in each.labels]
    for label, row in zip(each.labels, each.confusion, strict=True):
        cells = "  ".join(f"{name} {size}" for name, size in zip(names, row, strict=True) if size)
        click.echo(f"  {label.name}：精确 {label.precision:.3f}  召回 {label.recall:.3f}  F1 {label.f1:.3f}  {label.rows} 条 → {cells}")


def _as_data(each: "Measured") -> dict[str, object]:
    return {**each._asdict(), "labels": [label._asdict() for label in each.labels], "bins": [one._asdict() for one in each.bins]}
