"""Plain lines, for where standard output is no terminal."""

from stage import Reported, Sent
from trustlane.assessment import Level, Standing
from trustlane.cli.plain import plain


class Lines:
    """One line a mail, with its first reason and its last; one line a report."""

    def say(self, text: str) -> None:
        print(f"\n{text}", flush=True)

    def sent(self, sent: Sent) -> None:
        start = f"  {sent.sender.name:<16} {sent.outcome:<8} {bound(sent.standing)}"
        ends = dict.fromkeys((sent.why[0], sent.why[-1]))
        print(plain(f"{start}  {'; '.join(ends)}"), flush=True)

    def reported(self, reported: Reported) -> None:
        print(f"  {reported.sender.name:<16} {told(reported)}", flush=True)


def bound(standing: Standing | None) -> str:
    """The share of wanted mail that is certain, as far as anybody answers for the mail at all."""
    return "  -  " if standing is None else f"{standing.lower_bound:.3f}"


def told(reported: Reported) -> str:
    """A report in words, with what it changed."""
    is_trusted = reported.standing is not None and reported.standing.level is Level.TRUSTED
    change = {(False, True): ": trust is gained", (True, False): ": trust is lost"}
    words = f"{reported.reader} says {reported.kind}"
    return f"{words}, {bound(reported.standing)}{change.get((reported.was_trusted, is_trusted), '')}"
