"""`yuqing train`: trains the models anew on labelled sets."""

import datetime as dt
from pathlib import Path

import click

from config.settings import load_settings


@click.command()
@click.option("--data", type=click.Path(path_type=Path), required=True, help="The folder with the labelled sets, `sentiment` and `topic`.")
@click.option("--out", type=click.Path(path_type=Path), help="Where to write the weights. Default: `weights` in the data folder.")
@click.option("--revision", type=click.IntRange(min=1), help="The tags' revision. Default: one more than of the weights that stand.")
@click.option(
    "--office-dictionary",
    type=click.Path(path_type=Path),
    help="Cut with the words of this file too (jieba's format). Default: YUQING_NLP__DICTIONARY.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the card of the weights as JSON.")
def train(data: Path, out: Path | None, revision: int | None, office_dictionary: Path | None, *, as_json: bool) -> None:
    """Train topic, sentiment and keyword models, and print how good they are.

    The same sets give the same weights. `yuqing tag --weights` uses them, and with YUQING_NLP__WEIGHTS everything that tags.

    \b
    Example:
      yuqing train --data ../shared/data --out var/weights

    Exit codes: 0 done, 2 wrong usage or configuration, or a set or the dictionary can't be used.
    """  # noqa: D301 - \b keeps click from wrapping the example
    import msgspec

    from nlp.models import next_revision
    from nlp.segment import Segmenter
    from nlp.train import train as train_models

    settings = load_settings()
    out = out or settings.data_dir / "weights"
    card = train_models(
        data,
        out,
        segmenter=Segmenter.of_office(office_dictionary or settings.nlp.dictionary),
        revision=revision or next_revision(out),
        today=dt.datetime.now(dt.UTC).date(),
        tell=lambda step: click.echo(f"{step} …", err=True),
    )
    if as_json:
        click.echo(msgspec.json.encode(card))
        return
    for name, model in card.models.items():
        click.echo(f"{name}-{model.version}")
        for measured, score in model.scores.items():
            click.echo(f"  {measured:<22} {score:.4f}")
    click.echo(f"已写入 {out}（tag_revision {card.tag_revision}）。")
