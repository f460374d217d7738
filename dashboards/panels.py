"""The panels, each defined once. None selects, splits, sorts or shows by who wrote a post, unless an account of the office did.

Posts are placed by publication, as everywhere. "Negative" means that somebody is dissatisfied and may need an answer. What accounts
published is in the order of the alphabet: no ranking of accounts unless an office wants one.
"""

from dashboards.operations import Count, Dates, Is, Largest, Share, Sum, Terms
from dashboards.panel import Drawn, Listing, Panel
from dashboards.views import ACCOUNTS, COVERAGE, EPISODES, INCIDENTS, POSTS, Text
from indexers.queries import MAX_ACCOUNTS, MAX_SOURCES, MAX_TOPICS
from indexers.slots import Calendar

NEGATIVE = Is("sentiment", (-1,))
PUBLISHED = Is("kind", ("post", "repost", "article"))  # what an account puts out itself, beside its comments
STANDING = Is("merged", (False,))  # an incident that was merged into another is counted there

_TIME = Text("时间", "Time")
_POSTS = Count(Text("条数", "Posts"))
_SENTIMENT = Terms("sentiment", 3, Text("情感", "Sentiment"))
_TOPIC = Terms("topic", MAX_TOPICS, Text("主题", "Topic"))
_OWNER = Terms("owner", MAX_ACCOUNTS, Text("账号", "Account"), alphabetical=True)
_SPREAD = Sum(Text("转评", "Forwards and comments"), "spread")

VOLUME = Panel(
    "volume",
    Text("声量与情感", "Volume by sentiment"),
    POSTS,
    Drawn.BARS,
    (Dates("published_at", _TIME), _SENTIMENT),
    (_POSTS,),
)
SHARES = Panel(
    "sentiment-shares",
    Text("情感占比走势", "Shares of sentiment over time"),
    POSTS,
    Drawn.SHARES,
    (Dates("published_at", _TIME), _SENTIMENT),
    (_POSTS,),
)
NEGATIVE_SHARE = Panel(
    "negative-share",
    Text("负面占比", "Share of negative posts"),
    POSTS,
    Drawn.NUMBER,
    (),
    (Share(Text("负面占比", "Negative, share"), NEGATIVE), Count(Text("负面条数", "Negative posts"), NEGATIVE)),
)
TOTAL = Panel("posts", Text("帖子总数", "Posts"), POSTS, Drawn.NUMBER, (), (_POSTS,))
TOPICS = Panel("topics", Text("主题与情感", "Topics by sentiment"), POSTS, Drawn.ROWS, (_TOPIC, _SENTIMENT), (_POSTS,))
TOPIC_SPREAD = Panel("topic-spread", Text("主题传播", "Spread of topics"), POSTS, Drawn.TABLE, (_TOPIC,), (_POSTS, _SPREAD))
PLATFORMS = Panel(
    "platforms", Text("平台分布", "Platforms"), POSTS, Drawn.PIE, (Terms("platform", 20, Text("平台", "Platform")),), (_POSTS,)
)
CONCERNED = Panel(
    "accounts-volume",
    Text("涉及账号的声量", "Posts that concern each account"),
    POSTS,
    Drawn.ROWS,
    (Terms("accounts", 50, Text("涉及账号", "Account concerned")), _SENTIMENT),
    (_POSTS,),
)
KEYWORDS = Panel("keywords", Text("关键词", "Keywords"), POSTS, Drawn.CLOUD, (Terms("keywords", 50, Text("关键词", "Keyword")),), (_POSTS,))
SPREADING = Listing(
    "most-spread",
    Text("传播最广的帖子", "Posts that spread most"),
    POSTS,
    ("published_at", "platform", "kind", "topic", "sentiment", "accounts", "spread", "id", "url"),  # no text: it may be a report (举报)
    "spread",
)
RUNS = Panel(
    "runs",
    Text("采集运行结果", "Runs by outcome"),
    COVERAGE,
    Drawn.BARS,
    (Dates("started_at", _TIME), Terms("outcome", 10, Text("结果", "Outcome"))),
    (Count(Text("运行次数", "Runs")),),
)
YIELD = Panel(
    "source-coverage",
    Text("来源覆盖", "Coverage of sources"),
    COVERAGE,
    Drawn.TABLE,
    (Terms("source", MAX_SOURCES, Text("来源", "Source"), alphabetical=True),),
    (
        Count(Text("运行次数", "Runs")),
        Count(Text("未完整", "Not complete"), Is("outcome", ("partial", "failed"))),
        Sum(Text("读到", "Seen"), "seen"),
        Sum(Text("入库", "Kept"), "kept"),
        Sum(Text("失败页", "Failed pages"), "failed_pages"),
        Largest(Text("最近一次结束", "Last run ended"), "ended_at"),
    ),
)
LAG = Panel(
    "collection-lag",
    Text("采集时效", "Newest post and last collection of each source"),
    POSTS,
    Drawn.TABLE,
    (Terms("sources", MAX_SOURCES, Text("来源", "Source"), alphabetical=True),),
    (
        _POSTS,
        Largest(Text("最新发布", "Newest published"), "published_at"),
        Largest(Text("最近首次采集", "Last first collected"), "first_collected_at"),
    ),
)
CASES = Panel(
    "incidents",
    Text("新发现的事件：状态与级别", "Incidents found, by state and level"),
    INCIDENTS,
    Drawn.HEATMAP,
    (Terms("state", 20, Text("状态", "State")), Terms("level", 20, Text("级别", "Level"), missing=True)),
    (Count(Text("事件数", "Incidents")),),
    (STANDING,),
)
ALERTS = Panel(
    "alerts",
    Text("新预警：规则与状态", "Alerts opened, by rule and state"),
    EPISODES,
    Drawn.ROWS,
    (Terms("rule", 100, Text("规则", "Rule")), Terms("status", 10, Text("状态", "State"))),
    (Count(Text("预警数", "Alerts")),),
)
PER_DAY = Panel(
    "published-per-day",
    Text("每日发布", "Posts published per account and day"),
    POSTS,
    Drawn.HEATMAP,
    (Dates("published_at", Text("日期", "Day"), Calendar.DAY), _OWNER),
    (Count(Text("发布数", "Published")),),
    (PUBLISHED,),
)
RECEIVED = Panel(
    "received",
    Text("发布与收到的互动", "What accounts published, and what they received"),
    POSTS,
    Drawn.TABLE,
    (_OWNER,),
    (
        Count(Text("发布数", "Published")),
        Sum(Text("收到转发", "Forwards received"), "forwards"),
        Sum(Text("收到评论", "Comments received"), "comments"),
        Sum(Text("收到赞", "Likes received"), "likes"),
        Largest(Text("最近发布", "Last published"), "published_at"),
    ),
    (PUBLISHED,),
)
FOLLOWERS = Panel(
    "followers",
    Text("关注者", "Followers"),
    ACCOUNTS,
    Drawn.TABLE,
    (
        Terms("account", MAX_ACCOUNTS, Text("账号", "Account"), alphabetical=True),
        Terms("platform", 20, Text("平台", "Platform"), alphabetical=True),
    ),
    (Largest(Text("最多关注者", "Most followers"), "followers"), Largest(Text("最近一次", "Last seen"), "at")),
)
FOLLOWING = Panel(
    "followers-per-day",
    Text("关注者走势（各账号最大的平台）", "Followers over time (each account's largest platform)"),
    ACCOUNTS,
    Drawn.LINES,
    (Dates("at", Text("日期", "Day"), Calendar.DAY), Terms("account", MAX_ACCOUNTS, Text("账号", "Account"), alphabetical=True)),
    (Largest(Text("关注者", "Followers"), "followers"),),
)

PANELS: tuple[Panel | Listing, ...] = (
    TOTAL,
    NEGATIVE_SHARE,
    VOLUME,
    SHARES,
    TOPICS,
    TOPIC_SPREAD,
    PLATFORMS,
    CONCERNED,
    KEYWORDS,
    SPREADING,
    RUNS,
    YIELD,
    LAG,
    CASES,
    ALERTS,
    PER_DAY,
    RECEIVED,
    FOLLOWERS,
    FOLLOWING,
)
