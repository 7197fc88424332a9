"""The ledger of a replay counts as the others do, and has a limit for everything that grows with a log."""

from itertools import islice

from tests.edges.replay.events import SEEN, feedback, mail

from trustlane.lanes import Mode, Policy
from trustlane.ledger.memory import MemoryLedger
from trustlane.replay import Recorded, read_lines
from trustlane.replay.content import ContentFilter
from trustlane.replay.engine import Counts, Engine
from trustlane.replay.ledger import ReplayLedger
from trustlane.replay.write import as_line
from trustlane.simulate import load, traffic
from trustlane.simulate.write import lines

DAY = 86_400.0


def engine(ledger: Counts) -> Engine:
    return Engine(ledger, Policy(mode=Mode.ENFORCE), ContentFilter())


def recorded(*log: bytes) -> list[Recorded]:
    return [it for it in read_lines(log) if isinstance(it, Recorded)]


def test_it_counts_as_the_ledger_in_memory_does() -> None:
    """Every verdict of four days of a small world is the same, to the last digit that is written."""
    one, other = engine(MemoryLedger()), engine(ReplayLedger())
    verdicts = 0
    for it in recorded(*(line.encode() for line in islice(lines(traffic(load("mini"))), 7_000))):
        first, second = one.take(it.event), other.take(it.event)
        if first and second:
            verdicts += 1
            assert as_line(first) == as_line(second)
    assert verdicts > 5_000


def test_nothing_grows_beyond_its_limit() -> None:
    ledger = ReplayLedger(most_decisions=1_000, most_histories=600)
    tried = engine(ledger)
    for it in recorded(*(line.encode() for line in islice(lines(traffic(load("mini"))), 10_000))):
        tried.take(it.event)
        sizes = ledger.sizes()
        assert sizes["decisions"] <= 1_000
        assert sizes["unsettled"] <= sizes["decisions"]
        assert sizes["spoken"] <= sizes["decisions"]
        assert sizes["histories"] <= 620
    assert ledger.settled_early > 1_000


def test_who_is_trusted_is_forgotten_last() -> None:
    """Ten thousand names seen once do not make a firm of long standing a stranger."""
    ledger = ReplayLedger(most_histories=500)
    tried = engine(ledger)
    log = []
    for number in range(300):
        time = SEEN + number * 3600.0
        log += [mail(f"m{number}", time), feedback(f"m{number}", "answered", time + 60.0, f"user{number}@site.example")]
    last = SEEN + 300 * 3600.0
    log += [mail(f"x{number}", last + number, f"once{number}.example") for number in range(2_000)]
    log += [mail("late", last + 2_001.0)]
    verdict = None
    for it in recorded(*log):
        verdict = tried.take(it.event) or verdict
    assert verdict
    assert verdict.lane.value == "trusted"


def test_a_mail_that_is_logged_twice_counts_once() -> None:
    ledger = ReplayLedger()
    tried = engine(ledger)
    for it in recorded(mail("m1"), mail("m1", SEEN + 5.0), mail("m2", SEEN + 6.0)):
        tried.take(it.event)
    assert {history.mails for history in ledger.everybody("rfc5322.from")} == {2}
