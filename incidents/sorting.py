"""Which posts of a portion come to which incident, and which make a request.

A comment or a forward says little by itself ("同问"), so it comes to the incident of the post that it is under, which is taken in for
its sake. Everything else is grouped by its text. A report (举报) comes to no incident: its text is for its readers alone.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec
from elasticsearch.dsl import Search

from config.check import Office
from config.incidents import IncidentRules
from incidents.asks import Ask, Asks, RequestKind
from incidents.candidates import Look, Why, heard_of, is_called, look
from incidents.filed import INCIDENTS, MEMBERS, REQUESTS, Change, Filed, Grown, Left, Member, last_of
from incidents.grouping import incident_id
from incidents.intake import Intake
from incidents.records import Incident
from incidents.reports import reported_departments
from incidents.requests import Recalled, Request, open_request, request_id
from incidents.state import Arrival, Merge
from incidents.titles import most_telling, title_of
from indexers.merge import StoredPost
from indexers.records import Records
from nlp.tagger import text_of
from streams.messages import Kind, Standing

_RENAMED_AT = (5, 25, 125, 625)  # posts
_LOOKED_AT = 40  # posts, to find the one that tells most
_WITHOUT_WORDS = "（首帖为举报，已移出）"  # an incident of which nothing but a report has told
_UNDER = frozenset({Kind.COMMENT, Kind.REPOST})


class Sorting(NamedTuple):
    """What is new in a portion."""

    own: tuple[StoredPost, ...]  # to be grouped by their text, oldest first
    under: tuple[StoredPost, ...]  # belong where their root does
    why: Mapping[str, tuple[Why, ...]]  # by post
    asks: tuple[tuple[StoredPost, Ask], ...]
    roots: Mapping[str, str]  # the incident of each root that was known before
    grown: tuple[Grown, ...]
    left: tuple[tuple[StoredPost, Member], ...]  # that prove to be reports
    recalled: tuple[Recalled, ...]

    def __bool__(self) -> bool:
        return bool(self.own or self.under or self.asks or self.grown or self.left or self.recalled)


class Sorter:
    """Looks at posts by the office's rules, and at what stands in the database already."""

    def __init__(self, records: Records, intake: Intake, office: Office, rules: IncidentRules) -> None:
        self._records, self._intake, self._office, self._rules = records, intake, office, rules
        self._asks = Asks(rules.requests.kinds)
        self._matrix = {account.id: account for account in office.accounts}
        names = sorted((name for account in office.accounts for name in account.names), key=len, reverse=True)
        self._addressed = re.compile("|".join([r"@[\w·-]+", *map(re.escape, names)]))

    def sort(self, posts: Iterable[StoredPost], spread: Mapping[str, int]) -> Sorting:
        """Leave out what is no candidate and what is known. `spread` says how far posts have come that have moved.

        What a person has said that a post asks for (`indexers.corrections`) counts for posts that are known, too.
        """
        known = self._records.get_all(MEMBERS, spread)
        unknown = self._intake.posts([name for name in spread if name not in known])
        looked = {post.id: (post, found) for post in [*posts, *unknown.values()] if (found := self._look(post)).why}
        reports = [(post, found.ask) for post, found in looked.values() if found.ask and _is_report(found)]
        others = [pair for pair in looked.values() if not _is_report(pair[1])]
        wanted = [name for post, _ in others for name in (post.id, _root(post)) if name]
        standing = {name: read.body.incident for name, read in self._records.get_all(MEMBERS, wanted).items()}
        left = self._records.get_all(MEMBERS, [post.id for post, _ in reports])
        called = [(post, found.ask) for post, found in looked.values() if found.ask and is_called(post)]
        requests = self._requests_of([*reports, *called])
        fresh = {post.id: (post, found) for post, found in others if post.id not in standing}
        why = {name: found.why for name, (_, found) in fresh.items()}
        roots = self._roots([post for post, _ in fresh.values()], known={*standing, *fresh})
        for name, post in roots.items():
            why[name] = self._look(post).why or (Why.DISCUSSED,)
        members = [*(post for post, _ in fresh.values()), *roots.values()]
        tops = {post.id for post in members if not _root(post)} | {*standing}
        return Sorting(
            own=_in_order(post for post in members if _root(post) not in tops),
            under=_in_order(post for post in members if _root(post) in tops),
            why=why,
            asks=(
                *((post, found.ask) for post, found in fresh.values() if found.ask),
                *(pair for pair in reports if pair[0].id not in requests),
                *(pair for pair in called if pair[0].id in standing and pair[0].id not in requests),
            ),
            roots=standing,
            grown=tuple(
                Grown(post=name, incident=read.body.incident, before=read.body.spread, now=spread[name])
                for name, read in known.items()
                if read.body.spread < spread[name] and name not in left
            ),
            left=tuple((looked[name][0], read.body) for name, read in left.items()),
            recalled=self._recalled(called, requests),
        )

    def arrival(self, post: StoredPost) -> Arrival:
        """A post as grouping sees it: without whom it addresses, which says to whom people turn and not what has happened."""
        return Arrival(post.id, post.published_at, self._addressed.sub(" ", text_of(post)))

    def change(
        self, turn: int, sorting: Sorting, groups: Sequence[str], merges: Sequence[Merge], now: datetime, *, grouped_by: str
    ) -> Change:
        """What comes of it, given the group of each post that was grouped by its text, and the version of the rule that did so."""
        members_of = (*sorting.own, *sorting.under)
        placed = {post.id: group for post, group in zip(sorting.own, groups, strict=True)}
        placed |= {post.id: placed.get(_root(post)) or sorting.roots[_root(post)] for post in sorting.under}
        named = [name for merge in merges for name in (merge.gone, merge.into)]
        moved = [grown.incident for grown in sorting.grown] + [member.incident for _, member in sorting.left]
        standing = self._standing([*placed.values(), *moved, *named])
        final = _Final(standing, {merge.gone: merge.into for merge in merges if merge.gone not in standing})
        members = tuple(_member(post, final.of(placed[post.id]), sorting.why[post.id], now) for post in members_of)
        pairs = [(final.of(merge.gone), final.of(merge.into)) for merge in merges]
        return Change(
            turn=turn,
            opened=tuple(
                Incident(id=name, title=title_of(post.text, post.title), found_at=now, first_post=post.id, grouped_by=grouped_by)
                for name, post in _openers(members_of, members, standing).items()
            ),
            members=members,
            names=self._names(members_of, members, standing),
            grown=tuple(msgspec.structs.replace(grown, incident=final.of(grown.incident)) for grown in sorting.grown),
            left=tuple(self._left(post, member, standing.get(final.of(member.incident))) for post, member in sorting.left),
            merges=tuple(pair for pair in pairs if pair[0] != pair[1]),
        )

    def requests(self, sorting: Sorting, now: datetime) -> tuple[Request, ...]:
        """The requests that posts make."""
        return tuple(self._request(post, ask, now) for post, ask in sorting.asks)

    def _names(self, posts: Sequence[StoredPost], members: Sequence[Member], standing: Mapping[str, Filed]) -> dict[str, str]:
        """What to call the incidents that have come to so many posts that it is worth another look."""
        came = Counter(member.incident for member in members)
        names = {}
        for name, number in came.items():
            before = standing[name].posts if name in standing else 0
            touched = name in standing and not standing[name].incident.may_merge
            if touched or not any(before < step <= before + number for step in _RENAMED_AT):
                continue
            here = [post for post, member in zip(posts, members, strict=True) if member.incident == name and not _root(post)]
            told = (*here[:_LOOKED_AT], *self._told(standing.get(name)))
            if told and not self._official(standing.get(name), told):
                best = told[most_telling([text_of(post) for post in told])]
                names[name] = title_of(best.text, best.title)
        return names

    def _official(self, filed: Filed | None, told: Sequence[StoredPost]) -> bool:
        """Whether an office or a newspaper opened the incident: its own words say best what people are dissatisfied about."""
        opener = told[0] if filed is None else self._intake.posts([filed.incident.first_post]).get(filed.incident.first_post)
        return opener is not None and opener.author.standing is not Standing.PRIVATE

    def _told(self, filed: Filed | None) -> list[StoredPost]:
        """Posts of an incident that stand by themselves, the newest."""
        if filed is None:
            return []
        query = Search().filter("terms", incident=list(filed.groups)).exclude("terms", kind=[kind.value for kind in _UNDER])
        page = self._records.page(MEMBERS, query, {"published_at": "desc"}, size=_LOOKED_AT)
        found = self._intake.posts([read.body.id for read in page.rows])
        return [post for post in found.values() if not _is_report(self._look(post))]

    def _left(self, post: StoredPost, member: Member, filed: Filed | None) -> Left:
        """A report that leaves an incident, of which no title may keep its words."""
        if filed is None:
            return Left(member=member)
        title = None
        if filed.incident.title == title_of(post.text, post.title):
            told = [other for other in self._told(filed) if other.id != post.id]
            best = told[most_telling([text_of(other) for other in told])] if told else None
            title = _WITHOUT_WORDS if best is None else title_of(best.text, best.title)
        return Left(member=msgspec.structs.replace(member, incident=filed.incident.id), title=title)

    def _look(self, post: StoredPost) -> Look:
        felt = (post.sentiment or 0, post.sentiment_score or 0.0)
        rules, heard = self._rules.candidates, heard_of(post)
        return look(text_of(post), post.author.standing, felt, post.spread, rules=rules, asks=self._asks, heard=heard)

    def _roots(self, posts: Iterable[StoredPost], known: set[str]) -> dict[str, StoredPost]:
        """The posts that others are under, as far as they are in the database; a report is taken in for nobody's sake."""
        wanted = dict.fromkeys(root for post in posts if (root := _root(post)) and root not in known)
        found = self._intake.posts(wanted)
        return {name: post for name, post in found.items() if not _root(post) and not _is_report(self._look(post))}

    def _request(self, post: StoredPost, ask: Ask, now: datetime) -> Request:
        reported = self._reported(post, ask)
        return open_request(post.id, ask, now, reported=reported, rules=self._rules, zone=self._intake.zone, called=is_called(post))

    def _reported(self, post: StoredPost, ask: Ask) -> tuple[str, ...]:
        if ask.kind is not RequestKind.REPORT:
            return ()
        return reported_departments(text_of(post), post.accounts, self._office.departments, self._matrix, self._rules.reports)

    def _recalled(self, called: Sequence[tuple[StoredPost, Ask]], known: Mapping[str, Request]) -> tuple[Recalled, ...]:
        """The requests that people say are of another kind."""
        return tuple(
            Recalled(request=known[post.id].id, kind=ask.kind, reported=self._reported(post, ask))
            for post, ask in called
            if post.id in known and known[post.id].kind is not ask.kind
        )

    def _requests_of(self, asking: Sequence[tuple[StoredPost, Ask]]) -> dict[str, Request]:
        """The requests that posts have made, by post."""
        read = self._records.get_all(REQUESTS, [request_id(post.id) for post, _ in asking])
        return {one.body.post: one.body for one in read.values()}

    def _standing(self, names: Iterable[str]) -> dict[str, Filed]:
        """Incidents, and whatever they were merged into."""
        found: dict[str, Filed] = {}
        wanted = set(names)
        while wanted:
            read = self._records.get_all(INCIDENTS, sorted(wanted))
            found |= {name: one.body for name, one in read.items()}
            wanted = {one.body.incident.merged_into for one in read.values() if one.body.incident.merged_into} - {*found}
        return found


def _is_report(found: Look) -> bool:
    return found.ask is not None and found.ask.kind is RequestKind.REPORT


def _root(post: StoredPost) -> str:
    """The post that this one is under; "" where it stands by itself."""
    return post.root_id or "" if post.kind in _UNDER and post.root_id != post.id else ""


def _in_order(posts: Iterable[StoredPost]) -> tuple[StoredPost, ...]:
    return tuple(sorted(posts, key=lambda post: (post.published_at, post.id)))


def _member(post: StoredPost, incident: str, why: tuple[Why, ...], now: datetime) -> Member:
    return Member(
        id=post.id,
        incident=incident,
        published_at=post.published_at,
        added_at=now,
        platform=post.platform,
        kind=post.kind,
        sentiment=post.sentiment or 0,
        spread=post.spread,
        topic=next(iter(post.own_topics), post.topic),  # the office's own say more than the seven
        accounts=post.accounts,
        why=why,
    )


class _Final(NamedTuple):
    """Where posts go in the end: groups that came and went within a turn never become an incident."""

    standing: Mapping[str, Filed]
    passing: Mapping[str, str]  # such a group, and what it went into

    def of(self, name: str) -> str:
        while name in self.passing:
            name = self.passing[name]
        return last_of(name, self.standing)


def _openers(posts: Sequence[StoredPost], members: Sequence[Member], standing: Mapping[str, Filed]) -> dict[str, StoredPost]:
    """The post that opens each incident that did not stand before: the one that it is named after."""
    first: dict[str, StoredPost] = {}
    for post, member in zip(posts, members, strict=True):
        if member.incident not in standing and (member.incident not in first or incident_id(post.id) == member.incident):
            first[member.incident] = post
    return first
