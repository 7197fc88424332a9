"""Benchmarks are told as ratios to something in the same run: a figure in seconds says more of the machine."""

from collections.abc import Mapping
from typing import Any

import pytest


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """The table of ratios, below that of times."""
    session = getattr(config, "_benchmarksession", None)
    if session is None:
        return
    if minima := minima_of(session, "policy"):
        terminalreporter.section("SPF, DMARC and a whole mail, answers kept; the quickest of many rounds")
        for line in policy_ratios(minima):
            terminalreporter.write_line(line)
    if minima := minima_of(session, "assessment"):
        terminalreporter.section("Standing among a million names; the quickest of many rounds")
        for line in assessment_ratios(minima):
            terminalreporter.write_line(line)
    if minima := minima_of(session, "replay"):
        terminalreporter.section("Replay, for each mail; the quickest of many rounds")
        for line in replay_ratios(minima):
            terminalreporter.write_line(line)


def minima_of(session: Any, table: str) -> dict[tuple[str, str], float]:
    """Seconds by row and by who did it, of one table; of a mail, where a round is many."""
    return {
        (bench.extra_info["row"], bench.extra_info["by"]): bench.stats.min / bench.extra_info.get("mails", 1)
        for bench in session.benchmarks
        if bench.stats.data and bench.extra_info.get("table") == table
    }


def assessment_ratios(minima: Mapping[tuple[str, str], float]) -> list[str]:
    """One line a row, with how many bare reads of one row it is worth.

    Args:
        minima: seconds by row and by who did it; the floor is one bare read of SQLite.
    """
    rows = [("", "trustlane", "bare reads")]
    for row in dict.fromkeys(row for row, _ in minima):
        trustlane, floor = (minima.get((row, by)) for by in ("trustlane", "floor"))
        rows.append((row, f"{trustlane * 1e6:.1f} us" if trustlane else "", _ratio(trustlane, floor)))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return ["  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]


def replay_ratios(minima: Mapping[tuple[str, str], float]) -> list[str]:
    """One line a row: time, how often that fits into a second, and the ratio to eight bare reads of SQLite.

    Args:
        minima: seconds a mail, by row and by who did it.
    """
    bare = next((seconds for (_, by), seconds in minima.items() if by == "floor"), None)
    return [
        f"{row:<22}{seconds * 1e6:8.1f} us{1 / seconds:12,.0f} a second{_ratio(seconds, bare):>8} times the bare read"
        for (row, _), seconds in minima.items()
    ]


def policy_ratios(minima: Mapping[tuple[str, str], float]) -> list[str]:
    """One line a row, with what it costs beyond the floor where there is one, and how much more a peer takes.

    Args:
        minima: seconds by row and by who did it; a peer is pyspf or checkdmarc.
    """
    heads = ("", "trustlane", "beyond the floor", "peer / trustlane")
    rows = [heads]
    for row in dict.fromkeys(row for row, _ in minima):
        trustlane, floor, peer = (minima.get((row, by)) for by in ("trustlane", "floor", "peer"))
        beyond = f"{(trustlane - floor) * 1e6:.0f} us" if trustlane and floor else ""
        rows.append((row, f"{trustlane * 1e6:.1f} us" if trustlane else "", beyond, _ratio(peer, trustlane)))
    widths = [max(len(row[column]) for row in rows) for column in range(len(heads))]
    return ["  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]


def _ratio(above: float | None, below: float | None) -> str:
    return f"{above / below:.2f}" if above and below else ""
