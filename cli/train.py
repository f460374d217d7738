"""`yuqing train`: trains the models anew on labelled sets, and keeps their versions."""

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import click

from config.errors import YuqingError
from config.settings import Settings, load_settings

if TYPE_CHECKING:
    from nlp.models import Card
    from nlp.segment import Segmenter
    from nlp.train import Judged

WORSE = 0.005  # macro-F1: a model that loses more than this is not put to use,
VOICE_WORSE = 0.02  # nor a voice that loses more than this on labels that it has learned from


class WorseError(YuqingError):
    """The new models are worse than those in use."""


@click.command()
@click.option("--data", type=click.Path(path_type=Path), help="The folder with the labelled sets, `sentiment` and `topic`.")
@click.option(
    "--out", type=click.Path(path_type=Path), help="Write the weights to this folder and nothing else: no versions, no comparison."
)
@click.option("--revision", type=click.IntRange(min=1), help="The tags' revision. Default: one more than of the weights that stand.")
@click.option(
    "--office-dictionary",
    type=click.Path(path_type=Path),
    help="Cut with the words of this file too (jieba's format). Default: YUQING_NLP__DICTIONARY.",
)
@click.option("--folds", is_flag=True, help="Measure the recipe for sentiment by five folds, too: several minutes more.")
@click.option("--corrections", is_flag=True, help="Learn from the corrections in the database, too.")
@click.option("--versions", is_flag=True, help="List the versions instead; * is the one in use.")
@click.option("--back", type=click.IntRange(min=1), help="Go back to this version instead.")
@click.option("--json", "as_json", is_flag=True, help="Print the card of the weights as JSON.")
def train(
    data: Path | None,
    out: Path | None,
    revision: int | None,
    office_dictionary: Path | None,
    back: int | None,
    *,
    corrections: bool,
    folds: bool,
    versions: bool,
    as_json: bool,
) -> None:
    """Train topic, sentiment, voice and keyword models, and print how good they are.

    The same sets give the same weights. They become a new version in `weights` of the data folder, and the one in use there unless one of
    them is worse on the sets kept for development than what is in use. Set YUQING_NLP__WEIGHTS to that folder; what runs takes
    a new version when it starts again, and `yuqing retag` tags older posts anew.

    \b
    Examples:
      yuqing train --data ../shared/data --corrections
      yuqing train --versions
      yuqing train --back 3

    Exit codes: 0 done, 1 the new models are worse and not put to use, 2 wrong usage or configuration, or a set or the dictionary can't be used.
    """  # noqa: D301 - \b keeps click from wrapping the examples
    from nlp.models import next_revision
    from nlp.segment import Segmenter

    settings = load_settings()
    shelf = settings.data_dir / "weights"
    if versions:
        _list(shelf)
        return
    revision = revision or next_revision(out or shelf)
    if back is not None:
        from nlp.shelf import go_back

        go_back(shelf, back, revision)
        click.echo(f"已回到版本 {back}，作为版本 {revision} 使用。")
        return
    if data is None:
        raise click.UsageError("give --data, --versions or --back")
    segmenter = Segmenter.of_office(office_dictionary or settings.nlp.dictionary)
    judged = _judged(settings) if corrections else []
    card = _train(data, out or shelf / str(revision), segmenter, revision, judged, folds=folds)
    _show(card, as_json=as_json)
    if out is None:
        _put_to_use(shelf, revision, data, settings)
    if not as_json:
        click.echo(f"已写入 {out or shelf / str(revision)}（tag_revision {card.tag_revision}）。")


def _train(data: Path, out: Path, segmenter: "Segmenter", revision: int, judged: "list[Judged]", *, folds: bool) -> "Card":
    from nlp.train import train as train_models

    today = dt.datetime.now(dt.UTC).date()
    return train_models(
        data,
        out,
        segmenter=segmenter,
        revision=revision,
        today=today,
        tell=lambda step: click.echo(f"{step} …", err=True),
        judged=judged,
        folds=folds,
    )


def _put_to_use(shelf: Path, revision: int, data: Path, settings: Settings) -> None:
    from nlp.errors import WeightsError
    from nlp.models import SHIPPED
    from nlp.shelf import in_use, use

    try:
        before = _scores(in_use(shelf), data, settings)
    except WeightsError as error:
        if error.reason != "format":
            raise
        click.echo(f"在用的版本不能再用，改与随程序提供的模型比较：{error}", err=True)
        before = _scores(SHIPPED, data, settings)
    after = _scores(shelf / str(revision), data, settings)
    worse = [
        f"{name} {before[name]:.4f} → {after[name]:.4f}"
        for name in before
        if after[name] < before[name] - (VOICE_WORSE if name.startswith("voice") else WORSE)
    ]
    if worse:
        raise WorseError(f"version {revision} is kept but not put to use, for it is worse than what is: {'; '.join(worse)}")
    use(shelf, revision)


def _scores(weights: Path, data: Path, settings: Settings) -> dict[str, float]:
    from nlp.evaluate import sentiment_scores, topic_scores
    from nlp.models import load
    from nlp.office import weights_segmenter
    from nlp.train_voice import voice_fit

    segmenter = weights_segmenter(weights, settings.nlp)
    loaded = load(weights, segmenter)
    return {
        **{f"sentiment {name}": score for name, score in sentiment_scores(loaded.sentiment, segmenter, data).items()},
        **{f"topic {name}": score for name, score in topic_scores(loaded.topic, segmenter, data).items()},
        **{f"voice {name}": score for name, score in voice_fit(data, segmenter, loaded.voice).items()},
    }


def _judged(settings: Settings) -> "list[Judged]":
    from indexers.connect import connect
    from indexers.corrections import judged
    from indexers.names import Names
    from indexers.reader import Reader
    from nlp.train import Judged

    with connect(settings) as client:
        found = judged(Reader(client, Names(settings.elasticsearch.prefix), settings.zone))
    texts = [
        Judged(one.text if one.title is None else f"{one.title}。{one.text}", one.correction.field, one.correction.new or "none")
        for one in found
    ]
    click.echo(f"更正：{len(texts)} 条。", err=True)
    return texts


def _list(shelf: Path) -> None:
    from nlp import shelf as shelves

    in_use = shelves.in_use(shelf)
    for revision, card in shelves.versions(shelf).items():
        mark = "*" if in_use.name == str(revision) else " "
        if card is None:
            click.echo(f"{mark} {revision}  格式已旧，本程序不能使用")
            continue
        models = "/".join(f"{name}-{model.version}" for name, model in card.models.items())
        click.echo(f"{mark} {revision}  {card.made_on}  {models}")


def _show(card: "Card", *, as_json: bool) -> None:
    import msgspec

    if as_json:
        click.echo(msgspec.json.encode(card))
        return
    for name, model in card.models.items():
        click.echo(f"{name}-{model.version}")
        for measured, score in model.scores.items():
            click.echo(f"  {measured:<22} {score:.4f}")
