"""What is said of an account in a period: the panels of volume and topics, narrowed to the posts that concern it."""

from dashboards import panels
from dashboards.ask import Scope, ask
from dashboards.operations import Is
from incidents.people import Actor
from indexers.slots import Calendar, Window
from web.desk import Desk
from web.links import Narrow, search_link
from web.panel_items import SlotItem, TopicItem, slot_items, topic_items
from web.views import View

DAILY = 92  # days; a longer period is drawn in weeks
PANELS = (panels.VOLUME, panels.NEGATIVE_SHARE, panels.TOPICS, panels.TOPIC_SPREAD)


class Said(View):
    """Posts that concern an account, by publication; its own are among them."""

    posts: int
    negative: int
    share: float | None  # of negative posts; null where there are none at all
    link: str
    negative_link: str
    weekly: bool  # whether a step of the timeline is a week
    timeline: tuple[SlotItem, ...]
    topics: tuple[TopicItem, ...]
    without_reports: bool  # reports (举报) that are not for who asks are in none of the numbers


def said_of(desk: Desk, account: str, window: Window, by: Actor) -> Said:
    """Ask what is said of an account. Raises DatabaseUnavailable."""
    zone, narrow = desk.settings.zone, Narrow(account=account)
    weekly = (window.end - window.start).days > DAILY
    without = desk.withheld.left_out(by)
    scope = Scope(window, Calendar.WEEK if weekly else Calendar.DAY, (Is("accounts", (account,)),), without)
    found = ask(desk.reader, PANELS, scope)
    whole = found[panels.NEGATIVE_SHARE.id]
    share, negative = whole.measures
    return Said(
        posts=whole.count,
        negative=int(negative or 0),
        share=share,
        link=search_link(zone, window, narrow),
        negative_link=search_link(zone, window, narrow._replace(sentiment=-1)),
        weekly=weekly,
        timeline=slot_items(found[panels.VOLUME.id], window, zone, narrow),
        topics=topic_items(found[panels.TOPICS.id], found[panels.TOPIC_SPREAD.id], window, zone, narrow),
        without_reports=not desk.withheld.sees_all(by),
    )
