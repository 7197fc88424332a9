"""What is wrong with a request, as a status and a sentence. The list is closed."""

from collections.abc import Mapping


class Problem(Exception):
    """A request that is not answered as it wished.

    Attributes:
        status: of HTTP.
        code: for programs; kept for ever.
        text: for people.
        headers: that go with it, as ``Retry-After``.
    """

    def __init__(self, status: int, code: str, text: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(f"{status} {code}: {text}")
        self.status = status
        self.code = code
        self.text = text
        self.headers = headers or {}


def no_key() -> Problem:
    return Problem(
        401, "no-key", "a key for this is needed: Authorization: Bearer TOKEN", {"WWW-Authenticate": "Bearer"}
    )


def too_often(seconds: int) -> Problem:
    return Problem(429, "too-often", "this key asks too often", {"Retry-After": str(seconds)})


def too_busy() -> Problem:
    return Problem(503, "too-busy", "too many mails are looked at just now", {"Retry-After": "1"})


def too_large(most: int) -> Problem:
    return Problem(413, "too-large", f"more than {most} octets", {"Connection": "close"})


def too_slow() -> Problem:
    return Problem(408, "too-slow", "the request did not come in time", {"Connection": "close"})


def unknown_type() -> Problem:
    return Problem(415, "unknown-type", "the body must be message/rfc822 or multipart/form-data")


def wrong_request(text: str) -> Problem:
    return Problem(400, "wrong-request", text)


def internal_error() -> Problem:
    return Problem(500, "internal-error", "an error of ours; please try again later")
