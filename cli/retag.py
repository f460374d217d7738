"""`yuqing retag`: tags posts of the database again, with the models of now."""

from datetime import datetime, timedelta

import click

DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.command()
@click.option("--from", "since", type=DAY, required=True, help="Published on this day or later, in the office's zone.")
@click.option("--to", "until", type=DAY, required=True, help="Published on this day or before.")
def retag(since: datetime, until: datetime) -> None:
    """Tag the posts of some days again, while everything else goes on. Corrections stay; tags of newer models are not replaced by older ones.

    \b
    Example:
      yuqing retag --from 2026-11-01 --to 2026-11-07

    Exit codes: 0 done, 1 the database can't be reached or refused a post, 2 wrong usage or configuration.
    """  # noqa: D301 - \b keeps click from wrapping the example
    from config.check import load_office
    from config.settings import load_settings
    from indexers.connect import connect
    from indexers.names import Names
    from indexers.reader import Reader
    from indexers.slots import Window
    from indexers.writer import Writer
    from nlp.known import Known
    from nlp.office import office_tagger
    from services.retag import retag_window

    settings = load_settings()
    start, end = since.replace(tzinfo=settings.zone), (until + timedelta(days=1)).replace(tzinfo=settings.zone)
    if start >= end:
        raise click.UsageError("--from is after --to")
    tagger = office_tagger(settings.nlp, Known.of(load_office(settings, secrets=False)))
    names = settings.elasticsearch
    with connect(settings) as client:
        reader = Reader(client, Names(names.prefix), settings.zone)
        writer = Writer(client, names.prefix, segmenter=tagger.segmenter, replicas=names.replicas)
        done = retag_window(reader, writer, tagger, Window(start, end))
    click.echo(f"已重新标注 {done.posts} 条，其中 {done.refused} 条被拒绝。")
    if done.refused:
        raise click.exceptions.Exit(1)
