"""The report as one HTML page with its plots; it asks for nothing from anywhere."""

from collections.abc import Iterator
from html import escape

from trustlane.replay.plot import Point, bars, lines
from trustlane.replay.read import Truth
from trustlane.replay.report import rows
from trustlane.replay.tally import Tally

STYLE = """
:root { color-scheme: light dark; --ink: #1b1f24; --dim: #66707c; --grid: #d8dde3; --paper: #fff; --card: #f6f8fa;
  --s0: #0b6e4f; --s1: #b3401c; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ed; --dim: #98a2ae; --grid: #343b44; --paper: #14171b;
  --card: #1c2026; --s0: #4cc38a; --s1: #ff9069; } }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); margin: 2rem auto;
  max-width: 76rem; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin: 0; } .sub { color: var(--dim); margin: 0 0 1.5rem; }
table { border-collapse: collapse; width: 100%; } th { text-align: left; font-weight: 500; }
td, th { padding: .3rem .8rem .3rem 0; border-bottom: 1px solid var(--grid); vertical-align: top; }
td.value { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; font-weight: 600; }
td.what { color: var(--dim); }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(30rem, 100%), 1fr)); gap: 1.2rem;
  margin-top: 1.5rem; }
figure { margin: 0; background: var(--card); border-radius: .5rem; padding: .8rem; }
figcaption { font-weight: 500; margin-bottom: .3rem; }
svg { width: 100%; height: auto; font-size: 11px; fill: var(--dim); }
.grid { stroke: var(--grid); } path { fill: none; stroke-width: 2; }
path.s0 { stroke: var(--s0); } path.s1 { stroke: var(--s1); }
text.s0 { fill: var(--s0); } text.s1 { fill: var(--s1); }
.b0 { fill: var(--s1); }
"""


def as_html(tally: Tally, title: str) -> str:
    """The page."""
    figures = tally.figures()
    table = "".join(
        f'<tr><th>{escape(name.strip())}</th><td class="value">{escape(value)}</td>'
        f'<td class="what">{escape(what)}</td></tr>'
        for name, value, what in rows(figures)
    )
    plots = "".join(
        f"<figure><figcaption>{escape(caption)}</figcaption>{plot}</figure>" for caption, plot in _plots(tally)
    )
    return (
        '<!DOCTYPE html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style>"
        f'<h1>Replay of {escape(title)}</h1><p class="sub">{figures.mails:,} mails; what trustlane would have done with'
        " them, by the clock of the log.</p>"
        f'<table>{table}</table><div class="plots">{plots}</div></html>\n'
    )


def _plots(tally: Tally) -> Iterator[tuple[str, str]]:
    first = min(tally.by_day, default=0)
    days = [(float(day - first), tally.by_day[day]) for day in sorted(tally.by_day)]
    lanes = [(day, counts) for day, counts in days if counts.total()]
    trusted = [
        (day, 100.0 * sum(n for (_, is_in), n in counts.items() if is_in) / counts.total()) for day, counts in lanes
    ]
    wanted = [
        (day, 100.0 * counts[Truth.WANTED, True] / of)
        for day, counts in days
        if (of := counts[Truth.WANTED, True] + counts[Truth.WANTED, False])
    ]
    series: list[tuple[str, list[Point]]] = [("of all mail", trusted)]
    if wanted:
        series = [("of wanted mail", wanted), *series]
    yield "Mail in the trusted lane", lines(series, x="day", y="% trusted", least_top=100.0)
    if not wanted:
        return
    harm = [(day, float(counts[Truth.UNWANTED, True])) for day, counts in days]
    yield "Unwanted mail in the trusted lane", bars(harm, x="day", y="mails", least_top=5.0)
    curve = [(100.0 * held, 100.0 * passed) for held, passed in tally.roc.curve()]
    near = [point for point in curve if point[0] <= NEAR_PERCENT] or curve
    yield (
        f"Wanted mail held against unwanted mail passed, up to {NEAR_PERCENT:g} % held",
        lines([("", near)], x="% of wanted mail held", y="% of unwanted mail passed"),
    )
    waits = sorted(tally.pasts.days_to_trust())
    shares = [(wait, 100.0 * (number + 1) / len(waits)) for number, wait in enumerate(waits)]
    yield "Days from first mail to trust", lines([("", thinned(shares))], x="days", y="% of trusted senders")


NEAR_PERCENT = 10.0
"""The part of the curve that matters: nobody holds more of the wanted mail than this."""

MOST_POINTS = 500
"""Points of one line; more cannot be seen."""


def thinned(points: list[Point]) -> list[Point]:
    """Every so many-th point, and the last."""
    every = max(1, len(points) // MOST_POINTS)
    return [*points[::every], *points[-1:]]
