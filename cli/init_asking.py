"""The questions of `yuqing init`, in the order in which an office can answer them."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from cli.init_given import PLATFORMS, Receiver, account_of, receiver_of, several
from cli.init_saying import nothing, offered, sent, tried, unasked
from crawlers.errors import PageError
from crawlers.probe import Offer
from services.new_office import look_at, source_of, try_channel, try_source

if TYPE_CHECKING:
    from config.accounts import MonitoredAccount
    from config.first_files import NewOffice
    from config.settings import Settings

NATIVE = {"weibo": "微博 UID", "wechat": "公众号微信号", "mastodon": "Mastodon 账号", "web": "网站上的编号"}
OWNERS = ("本单位的账号（全部保留）", "媒体或其他机构（保留名称）", "群众可以发言的论坛、社区（作者换成化名）")
KINDS = {
    "mail": "邮件",
    "webhook": "webhook（带签名的 JSON）",
    "dingtalk": "钉钉群机器人",
    "wecom": "企业微信群机器人",
    "feishu": "飞书群机器人",
}
FIELDS: Mapping[str, Mapping[str, str]] = {
    "mail": {
        "host": "SMTP 服务器",
        "port": "端口（直接回车是 465）",
        "security": "加密：tls、starttls 或 none（直接回车是 tls）",
        "user": "用户名（没有就回车）",
        "password": "密码（没有就回车）",
        "sender": "发件地址",
        "to": "收件地址（用逗号分开）",
    },
    "webhook": {"url": "地址", "secret": "签名密钥（直接回车则自动生成）"},
    "dingtalk": {"url": "机器人地址", "secret": "加签密钥（没有就回车）"},
    "wecom": {"url": "机器人地址"},
    "feishu": {"url": "机器人地址", "secret": "签名密钥（没有就回车）"},
}


def ask_for_accounts(office: "NewOffice") -> "NewOffice":
    """Ask for the office's name and its accounts, as far as they are not known."""
    name = office.name or _asked("单位名称", needed=True)
    accounts = list(office.accounts)
    while not accounts:
        accounts.append(_account(1))
        while click.confirm("再加一个账号吗？", default=False):
            accounts.append(_account(len(accounts) + 1))
    return office._replace(name=name, accounts=accounts)


def _account(number: int) -> "MonitoredAccount":
    while True:
        fields: dict[str, Any] = {
            "name": _asked("账号名称（与平台上显示的一致）", needed=True),
            "id": click.prompt("给它一个编号（小写字母、数字、- 和 _，以后不要改）", default=f"account-{number}"),
            "aliases": several(_asked("其他只指它的叫法，用逗号分开")),
            "keywords": several(_asked("与它有关的词，用逗号分开")),
            "platforms": {name: native for name in PLATFORMS if (native := _asked(NATIVE[name]))},
        }
        try:
            return account_of(fields, "账号")
        except click.BadParameter as error:
            click.echo(f"这样不行：{error.message}。请重新填写这个账号。")


def ask_for_sources(settings: "Settings", office: "NewOffice") -> "NewOffice":
    """Ask for a first website or feed, look what is there, and read it once."""
    while address := _asked("第一个网站、订阅或 Mastodon 服务器的网址"):
        click.echo(f"正在查看 {address} ……")
        try:
            found = look_at(settings, address)
        except PageError as error:
            click.echo(unasked(error))
            continue
        if not found.offers:
            click.echo(nothing(found))
            continue
        offer = found.offers[_chosen([offered(one) for one in found.offers], "用哪一个？") - 1]
        office = _with_source(settings, office, offer)
        if not click.confirm("再加一个来源吗？", default=False):
            break
    return office


def _with_source(settings: "Settings", office: "NewOffice", offer: Offer) -> "NewOffice":
    owner = _chosen(OWNERS, "上面的内容是谁发布的？", default=3 if offer.spider != "feed" else 2)
    keys: dict[str, str] = {"standing": "media"} if owner == len(OWNERS) - 1 else {}
    if owner == 1:
        accounts = office.accounts
        mine = 1 if len(accounts) == 1 else _chosen([account.name for account in accounts], "哪一个账号？")
        keys = {"account": accounts[mine - 1].id, "keep": "all"}
    source = source_of(offer, office.sources, **keys)
    outcome = try_source(settings, source, office.accounts)
    click.echo(tried(outcome))
    if outcome.coverage.outcome == "failed" and not click.confirm("照样写入吗？", default=False):
        return office
    if owner != 1 and not click.confirm("只保留提到你的账号的内容吗？（否则全部保留）", default=outcome.concerning > 0):
        source = source_of(offer, office.sources, **keys, keep="all")
    return office._replace(sources=[*office.sources, source])


def ask_for_receiver(office: "NewOffice") -> "NewOffice":
    """Ask who is told of alerts, and send a test message."""
    kinds = list(KINDS)
    while number := _chosen(list(KINDS.values()), "预警发给谁？（0 是以后再说）", default=0, least=0):
        receiver = _receiver(kinds[number - 1])
        error = try_channel(receiver.channel, receiver.variables)
        click.echo(sent(error))
        if error is None or click.confirm("照样写入吗？（否则重新填写）", default=False):
            return receiver.told(office)
    return office


def _receiver(kind: str) -> Receiver:
    while True:
        given = {
            key: _asked(words, hidden=key == "password", needed=key in {"url", "host", "sender", "to"})
            for key, words in FIELDS[kind].items()
        }
        try:
            return receiver_of(kind, {key: several(value) if key == "to" else value for key, value in given.items()}, KINDS[kind])
        except click.BadParameter as error:
            click.echo(f"这样不行：{error.message}。请重新填写。")


def _asked(words: str, *, needed: bool = False, hidden: bool = False) -> str:
    """Ask for a line; nothing is an answer, too, unless it is needed."""
    while True:
        said: str = click.prompt(
            words if needed else f"{words}（没有就回车）" if "回车" not in words else words,
            default="",
            show_default=False,
            hide_input=hidden,
        )
        if said.strip() or not needed:
            return said.strip()


def _chosen(rows: Sequence[str], words: str, *, default: int = 1, least: int = 1) -> int:
    """Ask for one of the numbered rows."""
    for place, row in enumerate(rows, 1):
        click.echo(f"  {place}  {row}")
    if len(rows) == least == 1:
        return 1
    number: int = click.prompt(words, type=click.IntRange(least, len(rows)), default=default)
    return number
