"""`yuqing users`: who may sign in to the pages, and which systems may deliver posts."""

import getpass
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from web.users import Users

SUSPENDED = "\t已停用"
ROLES = ("admin", "duty", "handler", "analyst", "viewer")


@click.group()
def users() -> None:
    """Add, list and disable those who may sign in to the pages, and the systems that deliver posts.

    Exit codes: 0 done, 1 there is no such user, the name is taken or the database can't be reached, 2 wrong usage or configuration.
    """


@users.command()
@click.argument("name")
@click.option(
    "--role", type=click.Choice([*ROLES, "source"]), required=True, help="What the user is there for; `source` delivers posts with a token."
)
@click.option("--department", help="The department that the user works for, as accounts.yaml names it; a handler handles what is with it.")
@click.option("--password-stdin", is_flag=True, help="Read the password from the first line of standard input instead of asking.")
def add(*, name: str, role: str, department: str | None, password_stdin: bool) -> None:
    """Add a user; asks for a password. A source gets a token, which is shown once.

    Examples: yuqing users add zhou --role duty, yuqing users add li --role handler --department zhujian, yuqing users add vendor --role source
    """
    from indexers.people import Role

    _check_department(department)
    with _users() as changed:
        if role == Role.SOURCE:
            click.echo(changed.add_source(name))
            return
        changed.add(name, Role(role), _password(from_input=password_stdin), department=department)
    click.echo(f"已添加 {name}（{role}）。")
    if role == Role.HANDLER and department is None:
        click.echo(f"{name} 还没有部门，不能办理任何事项：yuqing users department {name} DEPARTMENT", err=True)


@users.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print a line of JSON for each.")
def list_(*, as_json: bool) -> None:
    """List the users, as of a second ago.

    Example: yuqing users list
    """
    with _users() as changed:
        found = changed.all()
    for user in found:
        if as_json:
            click.echo(
                json.dumps(
                    {
                        "name": user.id,
                        "role": user.role,
                        "department": user.department,
                        "disabled": user.disabled,
                        "created_at": user.created_at.isoformat(),
                    }
                )
            )
        else:
            click.echo("\t".join([user.id, user.role, *filter(None, [user.department])]) + (SUSPENDED if user.disabled else ""))


@users.command()
@click.argument("name")
@click.option("--undo", is_flag=True, help="Let the user in again.")
def disable(*, name: str, undo: bool) -> None:
    """Keep a user out, at once; sign-ins end.

    Example: yuqing users disable zhou
    """
    with _users() as changed:
        changed.disable(name, disabled=not undo)
    click.echo(f"已{'启用' if undo else '停用'} {name}。")


@users.command()
@click.argument("name")
@click.argument("department", required=False)
def department(*, name: str, department: str | None) -> None:
    """Say which department a user works for; without one, that it is none. Sign-ins end.

    Example: yuqing users department li zhujian
    """
    _check_department(department)
    with _users() as changed:
        changed.set_department(name, department)
    click.echo(f"{name}：{department or '不属于任何部门'}。")


@users.command()
@click.argument("name")
@click.option("--password-stdin", is_flag=True, help="Read the password from the first line of standard input instead of asking.")
def password(*, name: str, password_stdin: bool) -> None:
    """Give a user a new password; sign-ins end.

    Example: yuqing users password zhou
    """
    with _users() as changed:
        changed.set_password(name, _password(from_input=password_stdin))
    click.echo(f"已为 {name} 设置新密码。")


@users.command()
@click.argument("name")
def link(*, name: str) -> None:
    """Print a path that signs a user in once, within 15 minutes; put it behind the address of the pages.

    Example: yuqing users link zhou
    """
    with _users() as changed:
        click.echo(f"/enter/{changed.entry(name)}")


@contextmanager
def _users() -> "Iterator[Users]":
    from datetime import UTC, datetime

    from config.settings import load_settings
    from indexers.connect import connect
    from indexers.names import Names
    from indexers.people import People
    from indexers.setup import set_up
    from nlp.office import office_segmenter
    from web.users import Users

    settings = load_settings()
    names = Names(settings.elasticsearch.prefix)
    with connect(settings) as client:
        set_up(client, names, str(office_segmenter(settings.nlp).stamp), settings.elasticsearch.replicas)
        yield Users(People(client, names), lambda: datetime.now(UTC), f"cli:{getpass.getuser()}")


def _check_department(name: str | None) -> None:
    from config.check import load_office
    from config.settings import load_settings

    if name is None:
        return
    known = [one.id for one in load_office(load_settings()).departments]
    if name not in known:
        raise click.UsageError(f"no such department: {name!r}; accounts.yaml has {', '.join(known) or 'none'}")


def _password(*, from_input: bool) -> str:
    if from_input:
        return sys.stdin.readline().rstrip("\r\n")
    given: str = click.prompt("密码", hide_input=True, confirmation_prompt="再输入一次")
    return given
