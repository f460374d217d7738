"""`yuqing check`: says whether what the office configured is right, before anything runs."""

import json
import sys
from typing import TYPE_CHECKING

import click

from config.errors import ConfigError, Problem
from config.settings import NlpSettings, Settings

if TYPE_CHECKING:
    from config.check import Office


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def check(*, as_json: bool) -> None:
    """Check the settings, the office's own files, its dictionary and its weights; print every problem at once, by file and line.

    Examples: `yuqing check`, `yuqing check --json`.

    Exit codes: 0 all right, 2 there are problems.
    """
    from config.check import load_office
    from config.settings import load_settings

    try:
        settings = load_settings()
        office = load_office(settings)
        _check_plug_ins(settings, office)
        _check_words(settings.nlp)
    except ConfigError as error:
        if not as_json:
            raise
        click.echo(json.dumps({"ok": False, "problems": [problem._asdict() for problem in error.problems]}, ensure_ascii=False))
        sys.exit(error.status)
    running = [source.id for source in office.sources if source.off is None]
    if as_json:
        report = {"ok": True, "accounts": len(office.accounts), "sources": len(office.sources), "running": running}
        click.echo(json.dumps(report, ensure_ascii=False))
        return
    click.echo(f"配置无误：{len(office.accounts)} 个账号，{len(office.sources)} 个来源（启用 {len(running)} 个）。")
    for source in office.sources:
        if source.off == "no_right_stated":
            click.echo(f"  来源 {source.id} 未运行：请在 sources.yaml 的 right 中写明采集依据。")


def _check_plug_ins(settings: Settings, office: "Office") -> None:
    """See that rules of a kind from outside can be made, which would else be told when `watch` starts. Raises ConfigError."""
    from alerts.errors import BadRule
    from alerts.kinds import KINDS
    from alerts.rules import build
    from config.alerts import open_document

    problems = []
    for index, rule in enumerate(office.alerts.rules):
        if rule.off or rule.kind in KINDS:
            continue
        try:
            build(rule, KINDS)
        except BadRule as error:
            problems.append(open_document(settings).problem(("rules", index, "kind"), str(error)))
    if problems:
        raise ConfigError(problems)


def _check_words(nlp: NlpSettings) -> None:
    """See that texts can be cut and tagged as the settings say. Raises ConfigError."""
    if nlp == NlpSettings():
        return
    from nlp.errors import DictionaryError, WeightsError
    from nlp.office import office_tagger

    try:
        office_tagger(nlp)
    except (DictionaryError, WeightsError) as error:
        name = "YUQING_NLP__DICTIONARY" if isinstance(error, DictionaryError) else "YUQING_NLP__WEIGHTS"
        raise ConfigError([Problem("environment", None, name, str(error))]) from error
