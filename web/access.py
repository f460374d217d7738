"""Who may do what: one table, asked in one place. What does not stand here is refused."""

from collections.abc import Mapping

from indexers.people import Role

EVERYBODY: frozenset[Role] = frozenset()  # also who is not signed in
PEOPLE = frozenset({Role.ADMIN, Role.DUTY, Role.HANDLER, Role.ANALYST, Role.VIEWER})
ON_DUTY = frozenset({Role.ADMIN, Role.DUTY})
EXPORTERS = frozenset({Role.ADMIN, Role.DUTY, Role.ANALYST})
REPORTERS = PEOPLE - {Role.VIEWER}
WRITERS = frozenset({Role.ADMIN, Role.DUTY, Role.ANALYST})  # of 日报 and 交接班
CORRECTORS = frozenset({Role.ADMIN, Role.ANALYST})
WORKERS = frozenset({Role.ADMIN, Role.DUTY, Role.HANDLER})

# method and path of a route → roles
ACCESS: Mapping[tuple[str, str], frozenset[Role]] = {
    ("GET", "/"): EVERYBODY,
    ("GET", "/health"): EVERYBODY,
    ("GET", "/sign-in"): EVERYBODY,
    ("POST", "/sign-in"): EVERYBODY,
    ("GET", "/enter/{token}"): EVERYBODY,
    ("GET", "/language/{name}"): EVERYBODY,
    ("POST", "/sign-out"): PEOPLE,
    ("GET", "/sign-out"): PEOPLE,
    ("GET", "/me"): PEOPLE,
    ("GET", "/me/password"): PEOPLE,
    ("POST", "/me/password"): PEOPLE,
    ("GET", "/duty"): PEOPLE,
    ("GET", "/live"): PEOPLE,
    ("GET", "/incidents"): PEOPLE,
    ("GET", "/incidents/{incident_id}"): PEOPLE,
    ("GET", "/incidents/{incident_id}/posts"): PEOPLE,
    ("POST", "/incidents/{incident_id}"): WORKERS | {Role.ANALYST},  # what each may do with it stands in incidents.flow
    ("GET", "/requests"): PEOPLE,
    ("GET", "/requests/{request_id}"): PEOPLE,
    ("POST", "/requests/{request_id}"): PEOPLE,  # likewise in incidents.requests; the readers of reports may be of any role
    ("GET", "/search"): PEOPLE,
    ("GET", "/search.csv"): EXPORTERS,
    ("GET", "/posts/{post_id:path}"): PEOPLE,
    ("POST", "/posts/{post_id:path}"): CORRECTORS,
    ("GET", "/reasons/{post_id:path}"): WRITERS,
    ("GET", "/alerts"): PEOPLE,
    ("GET", "/alerts/{episode_id}"): PEOPLE,
    ("GET", "/alerts/{episode_id}/acknowledge"): PEOPLE,
    ("GET", "/alerts/{episode_id}/resolve"): PEOPLE,
    ("GET", "/alerts/retry"): PEOPLE,
    ("POST", "/alerts/{episode_id}/acknowledge"): ON_DUTY,
    ("POST", "/alerts/{episode_id}/resolve"): ON_DUTY,
    ("POST", "/alerts/retry"): ON_DUTY,
    ("GET", "/accounts"): PEOPLE,
    ("GET", "/accounts.xlsx"): EXPORTERS,
    ("GET", "/accounts/{account_id}"): PEOPLE,
    ("GET", "/sources"): PEOPLE,
    ("GET", "/sources/{source_id}"): PEOPLE,
    ("GET", "/report"): REPORTERS,
    ("POST", "/report"): REPORTERS,
    ("GET", "/reports"): PEOPLE,
    ("POST", "/reports"): WRITERS,
    ("GET", "/reports/{report_id}"): PEOPLE,
    ("GET", "/reports/{report_id}/docx"): PEOPLE,
    ("GET", "/reports/{report_id}/words"): PEOPLE,
    ("GET", "/reports/{report_id}/sign"): PEOPLE,
    ("POST", "/reports/{report_id}/words"): WRITERS,
    ("POST", "/reports/{report_id}/sign"): WRITERS,
    ("GET", "/audit"): frozenset({Role.ADMIN}),
    ("GET", "/openapi.json"): PEOPLE,
    ("POST", "/api/posts"): frozenset({Role.SOURCE}),
    ("POST", "/api/proofread"): PEOPLE,
}

# These ask nothing of the database, so they are answered before it is made ready.
WITHOUT_DATABASE = frozenset({("GET", "/"), ("GET", "/health"), ("GET", "/sign-in"), ("GET", "/language/{name}")})

# Pages ask for these by themselves, so they don't count as somebody being there; neither do the refreshes of htmx.
PASSIVE = frozenset({("GET", "/live")})


def may(role: Role, method: str, path: str) -> bool:
    """Whether a role may use a route. False for a route that no rule speaks of."""
    allowed = ACCESS.get((method, path))
    return allowed is not None and (allowed is EVERYBODY or role in allowed)
