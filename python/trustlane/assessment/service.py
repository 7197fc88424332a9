"""A service of others whose word the operator trusts: a voucher, or one that accredits."""

from dataclasses import dataclass

from trustlane._core import Question


@dataclass(frozen=True, slots=True)
class TrustedService:
    """One that the operator trusts.

    Attributes:
        name: the domain of its service.
        may_grant: whether its word alone may open the trusted lane.
    """

    name: str
    may_grant: bool = False

    @property
    def key(self) -> str:
        """The name as DNS compares it."""
        return _plain(self.name)


def trusted_service(line: str) -> TrustedService:
    """One line of the settings: the domain of its service, and perhaps ``grants``.

    Raises:
        ValueError: it is none; the text says what is wrong.
    """
    name, *rest = line.split() or [""]
    if rest not in ([], ["grants"]) or "." not in name:
        raise ValueError(f"{line!r} is no domain, with or without grants")
    try:
        Question(_plain(name), "TXT")
    except ValueError as error:
        raise ValueError(f"{name!r} is no domain") from error
    return TrustedService(_plain(name), may_grant=bool(rest))


def _plain(name: str) -> str:
    return name.lower().rstrip(".")
