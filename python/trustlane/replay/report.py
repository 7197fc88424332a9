"""The report as text: what the verdicts were worth, one figure a line."""

from collections.abc import Iterator

from trustlane.replay.tally import Figures


def rows(figures: Figures) -> Iterator[tuple[str, str, str]]:
    """Each figure's name, value, and what it means; those that the log does not tell are left out."""
    yield "mails", f"{figures.mails:,}", f"{figures.wanted:,} wanted, {figures.unwanted:,} unwanted"
    yield "trusted lane", f"{figures.trusted:,}", "mails that took it"
    told = (
        ("wanted mail misplaced (hm %)", _percent(figures.misplaced_percent), "wanted mail that was not delivered"),
        ("unwanted mail passed (sm %)", _percent(figures.passed_percent), "unwanted mail that was delivered"),
        ("1-ROCA %", _percent(figures.missing_area_percent), "a wanted mail looks worse than an unwanted one"),
        ("lam %", _percent(figures.logistic_average_percent), "the mean of hm and sm, by their odds"),
        ("trusted coverage", _percent(figures.coverage_percent, 2), "of wanted mail takes the trusted lane"),
        (
            "  of established senders",
            _percent(figures.established_coverage_percent, 2),
            f"of {figures.established_wanted:,} wanted mails",
        ),
        ("contamination", _number(figures.contamination_per_million), "unwanted among a million trusted mails"),
        (
            "lost in the open lane",
            _percent(figures.lost_in_open_percent),
            f"of wanted mail there: {figures.lost_in_open:,} mails held or refused",
        ),
        (
            "time to trust",
            _number(figures.days_to_trust, 1),
            f"days and {_number(figures.mails_to_trust)} mails, the median of {figures.senders_trusted:,} senders",
        ),
        (
            "harm before demotion",
            _number(figures.harm_median),
            f"mails, the median of {figures.turns:,} senders that turned; at most {_number(figures.harm_most)}",
        ),
    )
    yield from (row for row in told if row[1] != NOT_TOLD)


def as_text(figures: Figures) -> str:
    """The report for a terminal."""
    return "\n".join(f"{name:<30}{value:>12}  {what}" for name, value, what in rows(figures))


NOT_TOLD = "-"


def _percent(value: float | None, digits: int = 3) -> str:
    return NOT_TOLD if value is None else f"{value:.{digits}f} %"


def _number(value: float | None, digits: int = 0) -> str:
    return NOT_TOLD if value is None else f"{value:,.{digits}f}"
