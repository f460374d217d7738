"""What can go wrong in this room."""

from config.errors import YuqingError


class AccountError(YuqingError):
    """Base of the errors of this package."""


class TooManyPosts(AccountError):
    """The accounts published more in a period than can be worked out at once. `most` is how many can be."""

    status = 2

    def __init__(self, most: int) -> None:
        self.most = most
        super().__init__(f"the accounts published more than {most:,} posts in this period; choose a shorter one, or fewer accounts")
