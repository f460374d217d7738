"""What can go wrong between us and Kibana."""

from config.errors import YuqingError


class DashboardError(YuqingError):
    """Base of the errors of this package."""


class NotExpressible(DashboardError):
    """A body holds something that our reading of it does not know. `where` is the path to it."""

    def __init__(self, where: str, what: str) -> None:
        self.where = where
        super().__init__(f"{where}: {what}")


class KibanaError(DashboardError):
    """Kibana did not take what we sent. The message says what to do about it.

    `reason` is a constant: "unreachable", "signed_out", "no_right", "not_found", "too_old", "refused", "no_kibana" or "failing".
    `http_status` is None where there was no answer.
    """

    def __init__(self, reason: str, what: str, *, http_status: int | None = None) -> None:
        self.reason = reason
        self.http_status = http_status
        super().__init__(what)


class KibanaNotSet(DashboardError):
    """No Kibana stands in the settings."""

    status = 2
