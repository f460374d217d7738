"""`yuqing init`: the first files of an office, asked for or given; each source and receiver is tried before it is written down."""

import os
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

if TYPE_CHECKING:
    from config.first_files import NewOffice
    from config.settings import Settings

STANDINGS = ("private", "organisation", "media")


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=Path("office"))
@click.option("--name", help="The office's name.")
@click.option("--account", "accounts", multiple=True, metavar="TEXT", help="An account: its name, then keys; several times for several.")
@click.option("--feed", "feeds", multiple=True, metavar="ADDRESS", help="A website, feed or server to look at; several times for several.")
@click.option(
    "--keep", type=click.Choice(["mentions", "all"]), default="mentions", show_default=True, help="Which posts of the feeds to keep."
)
@click.option("--standing", type=click.Choice(STANDINGS), default="private", show_default=True, help="As what the feeds' authors speak.")
@click.option("--receiver", metavar="TEXT", help="Who is told of alerts: a kind of channel, then its keys. Gets a test message.")
@click.option(
    "--data", type=click.Path(path_type=Path, file_okay=False), default=Path("data"), show_default=True, help="Where the data will lie."
)
@click.option("--no-input", is_flag=True, help="Ask nothing: what is not given is left out. --name and one --account must be.")
@click.option("--force", is_flag=True, help="Write anew what is there already.")
def init(
    *,
    folder: Path,
    name: str | None,
    accounts: tuple[str, ...],
    feeds: tuple[str, ...],
    keep: str,
    standing: str,
    receiver: str | None,
    data: Path,
    no_input: bool,
    force: bool,
) -> None:
    """Write the files of a new office into FOLDER; `office` where none is given.

    Asks for the office's name, its accounts, a first website or feed, and who is told of alerts; what an option gives is not asked. An
    address is looked at (feeds and the WordPress API that a page names, the Mastodon API) and read once; the receiver gets a test
    message. Secrets go into yuqing.env, which only you can read. Nothing that is there is overwritten without --force.

    \b
    Keys of --account: id alias keyword excluded weibo wechat mastodon web; commas between several values.
    Kinds and keys of --receiver: those of `channels` in alerts.yaml; a secret may be env:NAME.

    \b
    Examples:
      yuqing init
      yuqing init office --no-input --name 云溪市新媒体办 --account "云溪发布 id=yunxi-fabu alias=云溪市政府新闻办" \\
        --feed www.yunxi.example --receiver "webhook url=https://duty.yunxi.example/hook secret=env:HOOK_SECRET"

    Exit codes: 0 written, 1 an address or a receiver does not answer as it should, 2 wrong usage, or files are there already.
    """  # noqa: D301 - \b keeps click from wrapping the lists
    from cli.init_given import given_account
    from config.first_files import NewOffice, pseudonym_key, refuse_to_overwrite, write
    from config.settings import load_settings
    from services.logs import configure_logs

    settings = load_settings()
    configure_logs("error")
    refuse_to_overwrite(folder, force=force)
    if no_input and not (name and accounts):
        raise click.UsageError("--no-input needs --name and one --account or more")
    office = NewOffice(name=name or "", accounts=[given_account(text, number) for number, text in enumerate(accounts, 1)])
    if not no_input:
        from cli.init_asking import ask_for_accounts

        office = ask_for_accounts(office)
    office = _with_feeds(settings, office, feeds, {"keep": keep, "standing": standing})
    office = _with_receiver(office, receiver) if receiver else office
    if not no_input:
        from cli.init_asking import ask_for_receiver, ask_for_sources

        office = office if feeds else ask_for_sources(settings, office)
        office = office if receiver else ask_for_receiver(office)
    office = office._replace(variables={**pseudonym_key(settings, data), **office.variables})
    write(settings, office, folder, data, force=force)
    _say_what_next(settings, office, folder)


def _with_feeds(settings: "Settings", office: "NewOffice", addresses: Sequence[str], keys: dict[str, str]) -> "NewOffice":
    """Look at addresses and read what is there once. Ends with status 1 where one doesn't answer as it should."""
    from cli.init_saying import nothing, offered, tried, unasked
    from crawlers.errors import PageError
    from services.new_office import look_at, source_of, try_source

    for address in addresses:
        try:
            found = look_at(settings, address)
        except PageError as error:
            _fail(f"{address}：{unasked(error)}")
        if not found.offers:
            _fail(f"{address}：{nothing(found)}")
        click.echo(f"{address}：{offered(found.offers[0])}")
        source = source_of(found.offers[0], office.sources, **keys)
        outcome = try_source(settings, source, office.accounts)
        click.echo(tried(outcome))
        if outcome.coverage.outcome == "failed":
            sys.exit(1)
        office = office._replace(sources=[*office.sources, source])
    return office


def _with_receiver(office: "NewOffice", text: str) -> "NewOffice":
    """Send a receiver a test message. Ends with status 1 where it doesn't take it."""
    from cli.init_given import given_receiver
    from cli.init_saying import sent
    from services.new_office import try_channel

    receiver = given_receiver(text)
    error = try_channel(receiver.channel, receiver.variables)
    if error is not None:
        _fail(sent(error))
    click.echo(sent(None))
    return receiver.told(office)


def _say_what_next(settings: "Settings", office: "NewOffice", folder: Path) -> None:
    """Print the commands that lead to the first record on the screen, as they can be pasted."""
    from config.first_files import ENVIRONMENT, FILES

    program = os.path.relpath(sys.argv[0]) if Path(sys.argv[0]).name == "yuqing" else "yuqing"
    program = shlex.quote(sys.argv[0] if program.startswith("..") else program)
    click.echo(f"\n写好了 {folder}：{'、'.join(FILES)}（最后一个含密钥，只有你能读）。")
    if not office.sources:
        click.echo("还没有来源：在 sources.yaml 里加上，或者用 yuqing ingest 导入文件。")
    click.echo("接下来：")
    for command in (
        f". {shlex.quote(str(folder / ENVIRONMENT))}",
        f"{program} check",
        f"{program} users add zhiban --role admin",
        f"{program} up",
    ):
        click.echo(f"  {command}")
    click.echo(f"然后用浏览器打开 http://{settings.web.host}:{settings.web.port} ，用 zhiban 和刚设的密码登录。")


def _fail(what: str) -> NoReturn:
    click.echo(what, err=True)
    sys.exit(1)
