"""`yuqing dashboards`: the dashboards for Kibana, as files or straight into it."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from config.settings import Settings
    from dashboards.install import Thing

KINDS = {"data_view": "数据视图", "dashboard": "仪表板"}
_LANGUAGE = click.option(
    "--language", type=click.Choice(["zh", "en"]), default="zh", show_default=True, help="The language of titles and labels."
)


@click.group()
def dashboards() -> None:
    """Write the dashboards for Kibana 9.5 or newer, and install them there.

    Two dashboards, for officers on duty and for the office's accounts, with the data views that they need. Not yet tried in a real Kibana:
    deploy/kibana.sh does that where there is Docker.

    \b
    Examples:
      yuqing dashboards export --folder kibana
      YUQING_KIBANA__URL=https://kibana.example.cn:5601 yuqing dashboards install --dry-run

    Exit codes: 0 done, 1 Kibana did not take them, 2 wrong usage or configuration.
    """  # noqa: D301 - \b keeps click from wrapping the examples


@dashboards.command()
@click.option(
    "--folder", type=click.Path(path_type=Path, file_okay=False), help="Write a file for each. Default: all as one JSON on standard output."
)
@_LANGUAGE
def export(*, folder: Path | None, language: str) -> None:
    """Write dashboards and data views as they go to Kibana's API. The same program writes the same, to the byte.

    Example: yuqing dashboards export | jq '.dashboards[0].body.title'
    """
    from config.settings import load_settings

    _, things = _things(load_settings(), language)
    if folder is None:
        click.echo(_text(_together(things)), nl=False)
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for thing in things:
            path = folder / f"{thing.kind}-{thing.key}.json"
            path.write_text(_text(thing.body), encoding="utf-8")
            click.echo(path)
    except OSError as error:
        raise click.UsageError(f"{folder}: {error.strerror}") from error


@dashboards.command()
@click.option("--dry-run", is_flag=True, help="Send nothing; say what would be sent, and where to.")
@_LANGUAGE
def install(*, dry_run: bool, language: str) -> None:
    """Install dashboards and data views in the Kibana of the settings; what stands there under the same ids is replaced.

    Example: yuqing dashboards install
    """
    from config.settings import load_settings
    from dashboards.install import install as put
    from dashboards.server import Kibana

    settings = load_settings()
    kibana, (where, things) = Kibana(settings.kibana), _things(settings, language)
    if dry_run:
        for thing in things:
            click.echo(f"{thing.method} {where}{thing.path}  {KINDS[thing.kind]} {thing.key}，{len(_text(thing.body).encode()):,} 字节")
        click.echo(f"共 {len(things)} 项，未发送。")
        return
    number, warned = kibana.version(), 0
    click.echo(f"{kibana.place}：Kibana {number}")
    for thing in things:
        done = put(kibana, thing)
        warned += len(done.warnings)
        click.echo(f"已安装{KINDS[thing.kind]} {thing.key}")
        for warning in done.warnings:
            click.echo(f"  Kibana 未照原样保存：{warning}", err=True)
    click.echo(f"共 {len(things)} 项。" + (f"有 {warned} 处与所发不同，见上。" if warned else ""))


@dashboards.command()
@_LANGUAGE
def compare(*, language: str) -> None:
    """Read what stands in Kibana and say where it is not what this program would install.

    Exit codes: 0 the same, 1 different or not there.

    Example: yuqing dashboards compare
    """
    from config.settings import load_settings
    from dashboards.install import differences, installed
    from dashboards.server import Kibana

    settings = load_settings()
    kibana, (_, things) = Kibana(settings.kibana), _things(settings, language)
    found = 0
    for thing in things:
        different = differences(thing.sent, installed(kibana, thing))
        found += len(different)
        click.echo(f"{KINDS[thing.kind]} {thing.key}：{'一致' if not different else f'{len(different)} 处不同'}")
        for line in different:
            click.echo(f"  {line}")
    if found:
        sys.exit(1)


def _things(settings: "Settings", language: str) -> "tuple[str, list[Thing]]":
    from dashboards.install import things
    from indexers.names import Names

    space = f"/s/{settings.kibana.space}" if settings.kibana.space else ""
    where = f"{(settings.kibana.url or '').rstrip('/')}{space}"
    return where, things(Names(settings.elasticsearch.prefix), language, settings.watch.address)


def _together(things: "list[Thing]") -> dict[str, list[dict[str, object]]]:
    kinds: dict[str, list[dict[str, object]]] = {"data_views": [], "dashboards": []}
    for thing in things:
        kinds[f"{thing.kind}s"].append({"id": thing.key, "method": thing.method, "path": thing.path, "body": thing.body})
    return kinds


def _text(body: object) -> str:
    return json.dumps(body, ensure_ascii=False, indent=2) + "\n"
