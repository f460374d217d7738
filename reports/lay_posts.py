"""Lays out what the posts add up to, what the office's own accounts did, and what was collected."""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from reports.blocks import Block, Run, cell, number, paragraph, run, table
from reports.content import Compared, Content, Gap, Led, OwnAccount, Shares
from reports.plain import moment
from reports.words import GAPS, PLATFORMS, SENTIMENT_WORDS, named

UNKNOWN = "未知"
_SHARES = ("帖文", "负面", "转评", "前一日同期")


def volume(content: Content) -> Iterator[Block]:
    """Volume by sentiment beside the day before and the mean of seven days."""
    counted = content.volume
    whole, negative = counted.all.now, counted.negative.now
    share = f"，占 {negative.n / whole.n:.0%}" if whole.n else ""
    yield paragraph("采集到有关内容 ", number(whole, strong=True), " 条，其中负面 ", number(negative, strong=True), f" 条{share}。")
    parts = {"全部": counted.all, "负面": counted.negative, "中性": counted.neutral, "正面": counted.positive}
    yield table(("", "本期", "前一日同期", "近7日均值"), (_row(name, part) for name, part in parts.items()), (1, 2, 3))
    rest = whole.n - negative.n - counted.neutral.now.n - counted.positive.now.n
    if rest:
        yield paragraph(f"另有 {rest} 条没有情感标签。", tone="note")
    if counted.withheld:
        yield paragraph(f"另有举报 {counted.withheld} 条，仅限指定人员查阅，不计入以上及以下各项数字。", tone="note")
    days = len(counted.all.week)
    if days:
        week = [part for one in counted.all.week for part in ("、", number(one))]
        yield paragraph("此前各日同期（由近及远）：", *week[1:], "。", tone="note")
    if not days:
        yield paragraph("此前7日尚未开始采集，没有可比的数字。", tone="note")
    elif days < 7:  # noqa: PLR2004 - a week
        yield paragraph(f"均值只含已开始采集的 {days} 天。", tone="note")


def _row(name: str, part: Compared) -> tuple[tuple[Run, ...], ...]:
    before = (run(UNKNOWN),) if part.before is None else (number(part.before),)
    mean = UNKNOWN if part.mean is None else f"{part.mean:.1f}"
    return cell(name), (number(part.now),), before, cell(mean)


def topics(content: Content) -> Iterator[Block]:
    """Posts of each topic."""
    return _shares("主题", content.topics)


def accounts(content: Content) -> Iterator[Block]:
    """Posts that concern each account."""
    return _shares("账号", content.accounts)


def _shares(what: str, shares: Shares) -> Iterator[Block]:
    if not shares.rows:
        yield paragraph("没有内容。")
        return
    rows = (
        (
            cell(share.name, share.posts.link),
            (number(share.posts),),
            (number(share.negative),),
            cell(share.spread, f"{share.posts.link}&sort=spread"),
            cell(UNKNOWN) if share.before is None else (number(share.before),),
        )
        for share in shares.rows
    )
    yield table((what, *_SHARES), rows, (1, 2, 3, 4))
    if shares.total > len(shares.rows):
        yield paragraph(f"另有 {shares.total - len(shares.rows)} 个未列出。", tone="note")


def led(content: Content) -> Iterator[Block]:
    """The posts that came furthest, with their pages here and their originals."""
    zone = ZoneInfo(content.timezone)
    if not content.led:
        yield paragraph("没有被转发或评论的内容。")
    for post in content.led:
        yield paragraph(*_led(post, zone), tone="item")


def _led(post: Led, zone: ZoneInfo) -> Iterator[object]:
    yield run(f"转评 {post.spread}", post.page, strong=True)
    facts = [named(PLATFORMS, post.platform), moment(post.published_at, zone), post.author, post.topic]
    facts.append(None if post.sentiment is None else SENTIMENT_WORDS[post.sentiment])
    yield " · " + " · ".join(fact for fact in facts if fact) + "："
    yield post.text
    yield " "
    yield run("本系统页面", post.page, spelled=True)
    if post.url:
        yield " "
        yield run("原文", post.url, spelled=True)


def own(content: Content) -> Iterator[Block]:
    """What the office's own accounts published, and which must be looked at."""
    zone, ours = ZoneInfo(content.timezone), content.own
    yield paragraph(f"本单位账号 {ours.accounts} 个，本期发布 {ours.posts} 条。")
    for account in ours.rows:
        warning = _veto(account, ours.silent_days, zone)
        if warning:
            yield paragraph(run(warning, account.page), tone="warning")
    unknown = [account.name for account in ours.rows if account.veto == "unknown"]
    if unknown:
        yield paragraph(f"主页未被完整采集，无法判断是否连续 {ours.silent_days} 天未更新：{'、'.join(unknown)}。", tone="note")
    for account in ours.rows:
        if account.posts:
            listed = [part for post in account.listed for part in (" ", run(moment(post.published_at, zone), post.page))]
            yield paragraph(
                run(account.name, account.page, strong=True),
                "：发布 ",
                run(account.posts, account.page),
                " 条。最近：",
                *listed[1:],
                tone="item",
            )


def _veto(account: OwnAccount, days: int, zone: ZoneInfo) -> str:
    last = "" if account.last_post_at is None else f"，上次发布于 {moment(account.last_post_at, zone)}"
    if account.veto == "vetoed":
        return f"一票否决：{account.name} 已连续 {days} 天未更新{last}（国办秘函〔2019〕19号）。"
    if account.veto == "near":
        return f"即将触发一票否决：{account.name} 再有 {account.days_left} 天不更新即满 {days} 天{last}。"
    return ""


def coverage(content: Content) -> Iterator[Block]:
    """What was collected and what was not, and what that means for the numbers."""
    zone, covered = ZoneInfo(content.timezone), content.coverage
    if not covered.sources:
        yield paragraph("没有启用的来源：数字只来自推送、导入和人工上报。", tone="warning")
    else:
        short = len({gap.source for gap in covered.gaps})
        yield paragraph(f"启用来源 {covered.sources} 个，本期共 {covered.runs} 轮采集；完整 {len(covered.whole)} 个，有缺口 {short} 个。")
    for gap in covered.gaps:
        yield paragraph(run(gap.source, gap.page, strong=True), _gap(gap, content, zone), tone="item")
    if covered.began is not None and covered.began > content.start:
        began = moment(covered.began, zone)
        yield paragraph(f"本系统于 {began} 开始采集：此前发布的内容只读到来源当时仍显示的部分。", tone="warning")
    if any(gap.mended_at is None for gap in covered.gaps):
        yield paragraph(
            "缺口尚未补上：这些来源在缺口期间发布的内容可能没有计入，实际数量可能更多，与前一日、近7日的比较请谨慎。", tone="warning"
        )
    elif covered.gaps:
        yield paragraph("缺口之后已有完整采集，补读了来源仍显示的内容；已被删除或翻过页的内容可能没有计入。", tone="note")
    else:
        yield paragraph("没有缺口：上列数字包含这些来源在本期显示的全部有关内容。" if covered.sources else "", tone="note")
    if covered.whole:
        yield paragraph(f"完整的来源：{'、'.join(covered.whole)}。", tone="note")
    if covered.unused:
        yield paragraph(f"未启用的来源：{'、'.join(covered.unused)}。", tone="note")


def _gap(gap: Gap, content: Content, zone: ZoneInfo) -> str:
    state = named(GAPS, gap.state)
    if gap.state == "never":
        first = f"，{moment(gap.mended_at, zone)} 首次完整采集" if gap.mended_at else ""
        return f"：{state}{first}。{gap.why}"
    since = "从未完整采集" if gap.since is None else f"自 {moment(gap.since, zone)} 起"
    until = _lasts(gap, content, zone) if gap.until is None else f"至 {moment(gap.until, zone)}"
    times = f"，断续多次，共 {gap.runs} 轮不完整" if gap.scattered else f"，{gap.runs} 轮不完整" if gap.runs else ""
    return f"：{state}，{since}{until}{times}。{gap.why}"


def _lasts(gap: Gap, content: Content, zone: ZoneInfo) -> str:
    if gap.mended_at is not None:
        return f"至 {moment(gap.mended_at, zone)}"
    ended: datetime = content.until
    return f"，到 {moment(ended, zone)} 仍未恢复"


def bases(content: Content) -> Iterator[Block]:
    """On which rules and models the numbers rest."""
    zone = ZoneInfo(content.timezone)
    yield paragraph(
        f"由本系统于 {moment(content.made_at, zone)} 从数据库生成，按内容的发布时间统计；情感和主题由模型判定，会有差错，请以原文为准。",
        tone="note",
    )
    yield paragraph("规则与模型版本：" + "；".join(f"{basis.what} {basis.version}" for basis in content.bases) + "。", tone="note")
