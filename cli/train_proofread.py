"""`yuqing train-proofread`: trains the model of `yuqing proofread` anew, and measures it."""

import datetime as dt
from pathlib import Path

import click

from config.settings import load_settings


@click.command("train-proofread")
@click.option("--data", type=click.Path(path_type=Path), required=True, help="The folder with the sets: `proofread` and others.")
@click.option("--out", type=click.Path(path_type=Path), help="Where to write the weights. Default: `proofread` in the data folder.")
@click.option("--json", "as_json", is_flag=True, help="Print the card of the weights as JSON.")
def train_proofread(data: Path, out: Path | None, *, as_json: bool) -> None:
    """Train the model that finds wrong characters, and print how good it is.

    Measured on sentences that it did not learn from, in four parts. The same sets give the same weights; five to ten minutes on one core, 2 GB.
    `yuqing proofread --weights` uses them.

    \b
    Example:
      yuqing train-proofread --data ../shared/data --out var/proofread

    Exit codes: 0 done, 2 wrong usage or configuration, or a set can't be used.
    """  # noqa: D301 - \b keeps click from wrapping the example
    import msgspec

    from nlp.proofread.train import train

    out = out or load_settings().data_dir / "proofread"
    card = train(data, out, today=dt.datetime.now(dt.UTC).date(), tell=lambda step: click.echo(f"{step} …", err=True))
    if as_json:
        click.echo(msgspec.json.encode(card))
        return
    for measured, score in card.scores.items():
        click.echo(f"  {measured:<44} {score:.4f}")
    click.echo(f"已写入 {out}（版本 {card.version}）。")
