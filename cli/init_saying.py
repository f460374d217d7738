"""What `yuqing init` says of what it found and tried."""

from alerts.errors import SendFailed
from crawlers.errors import PageError
from crawlers.probe import Offer, Probe
from crawlers.reasons import REASONS
from services.new_office import Tried

KINDS = {"feed": "RSS/Atom 订阅", "wordpress": "WordPress 网站（含评论）", "mastodon": "支持 Mastodon API 的服务器"}
EXAMPLE = 30  # characters


def offered(offer: Offer) -> str:
    """What there is to read."""
    name = f"“{offer.name}”" if offer.name else ""
    example = f"，最新一条：{_short(offer.titles[0])}" if offer.titles else ""
    return f"{KINDS[offer.spider]}{name} {offer.address} ，首页 {offer.posts} 条{example}"


def nothing(found: Probe) -> str:
    """What was tried in vain."""
    tried = "".join(f"\n  试过 {one.address} ：{REASONS[one.reason]}" for one in found.refused)
    return f"这里没有能读的内容：网页没有声明 RSS/Atom 订阅，也不是开放接口的 WordPress 网站或 Mastodon 服务器。{tried}"


def unasked(error: PageError) -> str:
    """Why an address could not be looked at."""
    return f"打不开：{REASONS[error.reason]}（{error}）"


def tried(outcome: Tried) -> str:
    """What came of reading it once."""
    report = outcome.coverage
    if report.outcome == "failed":
        return f"试读失败：{report.detail or report.reason}"
    said = f"试读：读到 {report.seen} 条，其中 {outcome.concerning} 条提到你的账号"
    example = next((post for post in outcome.posts if post.accounts), outcome.posts[0] if outcome.posts else None)
    return f"{said}，例如：{_short(example.title or example.text)}" if example else f"{said}。"


def sent(error: SendFailed | None) -> str:
    """What the receiver answered."""
    return "测试消息已送达，对方已接收。" if error is None else f"测试消息没有送达（{error.reason}）：{error}"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line[:EXAMPLE] + ("…" if len(line) > EXAMPLE else "")
