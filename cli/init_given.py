"""What `yuqing init` is given by options: an account or a receiver on one line, as `name key=value key=value`."""

import re
import secrets
import shlex
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, NoReturn, TypeVar

import click
from pydantic import ValidationError

from config.accounts import MonitoredAccount
from config.alerts import CHANNELS, FROM_ENVIRONMENT, AnyChannel, Subscription
from config.first_files import NewOffice
from config.lines import unknown

LISTS = {"alias": "aliases", "keyword": "keywords", "excluded": "excluded", "to": "to"}  # keys of several values → fields
PLATFORMS = ("weibo", "wechat", "mastodon", "web")
SECRET_BYTES = 24

Made = TypeVar("Made")


class Receiver(NamedTuple):
    """Who is told of alerts: a channel, and the values of the variables that it names."""

    channel: AnyChannel
    variables: Mapping[str, str]

    def told(self, office: NewOffice) -> NewOffice:
        """Let it be told of everything that the office is told of."""
        duty = Subscription(id="duty", name="值班室", level="notice", channels=(self.channel.id,))
        variables = {**office.variables, **self.variables}
        return office._replace(channels=[*office.channels, self.channel], subscriptions=[*office.subscriptions, duty], variables=variables)


def given_account(text: str, number: int) -> MonitoredAccount:
    """Read an account: `云溪发布 id=yunxi-fabu alias=云溪市政府新闻办 weibo=7700000001`. Raises BadParameter."""
    words, keys = _parsed(text, "--account")
    fields: dict[str, Any] = {"id": f"account-{number}", "name": " ".join(words), "platforms": {}}
    for key, value in keys:
        if key in PLATFORMS:
            fields["platforms"][key] = value
        elif key in LISTS and key != "to":
            fields[LISTS[key]] = [*fields.get(LISTS[key], ()), *several(value)]
        elif key in {"id", "name"}:
            fields[key] = value
        else:
            _refuse(f"{key}: {unknown(key, ['id', 'name', 'alias', 'keyword', 'excluded', *PLATFORMS])}", "--account")
    return account_of(fields, "--account")


def account_of(fields: Mapping[str, Any], option: str) -> MonitoredAccount:
    """Make an account of its fields; what is empty is left out. Raises BadParameter."""
    return usable(lambda: MonitoredAccount.model_validate({key: value for key, value in fields.items() if value}), option)


def given_receiver(text: str) -> Receiver:
    """Read a receiver: `webhook url=https://duty.example.cn/hook secret=env:HOOK_SECRET`. Raises BadParameter."""
    words, keys = _parsed(text, "--receiver")
    kind = " ".join(words)
    if kind not in CHANNELS:
        _refuse(f"{kind!r} is no kind of channel; possible are {', '.join(CHANNELS)}", "--receiver")
    return receiver_of(kind, {key: several(value) if key in LISTS else value for key, value in keys}, "--receiver")


def receiver_of(kind: str, fields: Mapping[str, Any], option: str) -> Receiver:
    """Make a receiver of a channel's fields; each secret becomes a variable. Raises BadParameter."""
    model, given = CHANNELS[kind], {key: value for key, value in fields.items() if value}
    variables: dict[str, str] = {}
    if kind == "webhook":
        given.setdefault("secret", secrets.token_hex(SECRET_BYTES))
    for key in model.secrets:
        value = given.get(key)
        if isinstance(value, str) and not value.startswith(FROM_ENVIRONMENT):
            variable = f"{kind}_{key}".upper()
            variables[variable], given[key] = value, f"{FROM_ENVIRONMENT}{variable}"
    return Receiver(usable(lambda: model.model_validate({"id": f"duty-{kind}", "kind": kind, **given}), option), variables)


def several(text: str) -> tuple[str, ...]:
    """Split what somebody wrote with commas, Chinese ones too."""
    return tuple(part for one in re.split(r"[,，、;；]", text) if (part := one.strip()))


def usable(make: Callable[[], Made], option: str) -> Made:
    """Make something of what was given. Raises BadParameter with everything that is wrong with it."""
    try:
        return make()
    except ValidationError as error:
        said = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg'].removeprefix('Value error, ')}" for one in error.errors())
        _refuse(said, option)


def _parsed(text: str, option: str) -> tuple[list[str], list[tuple[str, str]]]:
    try:
        words = shlex.split(text)
    except ValueError as error:
        _refuse(f"{text!r}: {error}", option)
    keys = [(key, value) for word in words for key, sign, value in [word.partition("=")] if sign]
    return [word for word in words if "=" not in word], keys


def _refuse(what: str, option: str) -> NoReturn:
    raise click.BadParameter(what, param_hint=option)
