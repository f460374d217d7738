"""The `yuqing` command: a group whose commands are loaded only when they are asked for."""

import importlib
import sys
from typing import Any

import click

from config.errors import YuqingError

COMMANDS = {
    "accounts": "cli.accounts:accounts",
    "alerts": "cli.alerts:alerts",
    "check": "cli.check:check",
    "correct": "cli.correct:correct",
    "crawl": "cli.crawl:crawl",
    "dashboards": "cli.dashboards:dashboards",
    "evaluate": "cli.evaluate:evaluate",
    "incidents": "cli.incidents:incidents",
    "init": "cli.init:init",
    "ingest": "cli.ingest:ingest",
    "dead": "cli.dead:dead",
    "demo": "cli.demo:demo",
    "proofread": "cli.proofread:proofread",
    "reports": "cli.reports:reports",
    "requests": "cli.requests:requests",
    "retag": "cli.retag:retag",
    "rising": "cli.rising:rising",
    "search": "cli.search:search",
    "serve": "cli.serve:serve",
    "stack": "cli.stack:stack",
    "tag": "cli.tag:tag",
    "train": "cli.train:train",
    "train-proofread": "cli.train_proofread:train_proofread",
    "up": "cli.up:up",
    "users": "cli.users:users",
    "watch": "cli.watch:watch",
    "words": "cli.words:words",
    "work": "cli.up:work",
}  # the name of a command, and where it lives


class LazyGroup(click.Group):
    """A group that imports a command when it is used, so that `--help` and completion answer at once."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *COMMANDS})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return super().get_command(ctx, cmd_name)
        module, _, name = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command


class _Guarded(LazyGroup):
    def main(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().main(*args, **kwargs)
        except YuqingError as error:
            click.echo(f"yuqing: {error}", err=True)
            sys.exit(error.status)


@click.group(cls=_Guarded, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="yuqing")
def main() -> None:
    """舆情 yuqing: hear what citizens say of the government's new-media accounts, and answer in time.

    Exit codes: 0 done, 1 something failed, 2 wrong usage or configuration.
    """
