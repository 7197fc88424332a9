"""Failures of a ledger are counted and passed on; all else is as without the count."""

from collections.abc import Callable

import pytest

from trustlane.errors import LedgerError
from trustlane.ledger import Kind, Observation, Override, Subject
from trustlane.ledger.memory import MemoryLedger
from trustlane.ledger.sqlite import SqliteLedger
from trustlane.ledger.watched import WatchedLedger

NOW = 1_800_000_000.0
EXAMPLE = Subject("dkim", "example.com")
JUNK = Observation(Kind.JUNK, NOW, (EXAMPLE,))

USES: list[tuple[str, Callable[[WatchedLedger], object]]] = [
    ("read", lambda it: it.read([EXAMPLE])),
    ("read", lambda it: it.decision("a")),
    ("read", lambda it: list(it.everybody())),
    ("read", lambda it: it.how_many()),
    ("read", lambda it: list(it.kept())),
    ("write", lambda it: it.write([JUNK])),
    ("write", lambda it: it.forget(EXAMPLE)),
    ("write", lambda it: it.override(EXAMPLE, Override("open", NOW, "x"))),
    ("write", lambda it: it.restore([])),
]


@pytest.mark.parametrize(("what", "use"), USES)
def test_a_failure_is_counted_and_passed_on(
    tmp_path_factory: pytest.TempPathFactory, what: str, use: Callable[[WatchedLedger], object]
) -> None:
    closed = SqliteLedger(tmp_path_factory.mktemp("ledger") / "ledger.sqlite")
    closed.close()
    watched = WatchedLedger(closed)
    with pytest.raises(LedgerError):
        use(watched)
    assert dict(watched.failures) == {what: 1}


async def test_what_goes_well_is_not_counted() -> None:
    watched = WatchedLedger(MemoryLedger())
    for _, use in USES:
        use(watched)
    await watched.awrite([JUNK])
    assert (await watched.aread([EXAMPLE]))[EXAMPLE].bad == 1.0
    assert str(watched) == "the ledger failed 0 time(s) to be read and 0 to be written"
    watched.close()
