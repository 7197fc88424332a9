"""Plots as SVG text: lines or bars over two axes. Nothing is fetched, nothing runs."""

from collections.abc import Sequence
from html import escape
from math import ceil, floor, log10

Point = tuple[float, float]

WIDTH, HEIGHT = 560, 260
LEFT, RIGHT, TOP, BOTTOM = 64, 16, 14, 40
TICKS = 5


def lines(series: Sequence[tuple[str, Sequence[Point]]], *, x: str, y: str, least_top: float = 0.0) -> str:
    """A line for each named series, in the colours of the page's ``.s0`` and ``.s1``."""
    points = [point for _, of in series for point in of]
    frame = _Frame(points, least_top)
    paths = [
        f'<path class="s{number}" d="M{" L".join(f"{frame.x(a):.1f} {frame.y(b):.1f}" for a, b in of)}"/>'
        for number, (_, of) in enumerate(series)
        if of
    ]
    legend = [
        f'<text class="s{number}" x="{LEFT + 10}" y="{TOP + 14 + 16 * number}">{escape(name)}</text>'
        for number, (name, _) in enumerate(series)
        if len(series) > 1
    ]
    return _svg(frame, x, y, [*paths, *legend])


def bars(points: Sequence[Point], *, x: str, y: str, least_top: float = 0.0) -> str:
    """A bar for each point."""
    frame = _Frame(points, least_top)
    width = max(1.0, min(24.0, 0.8 * (WIDTH - LEFT - RIGHT) / max(len(points), 1)))
    drawn = [
        f'<rect class="b0" x="{frame.x(a) - width / 2:.1f}" y="{frame.y(b):.1f}" width="{width:.1f}" '
        f'height="{max(frame.y(0.0) - frame.y(b), 0.0):.1f}"/>'
        for a, b in points
    ]
    return _svg(frame, x, y, drawn)


class _Frame:
    """Where values lie in the picture; the vertical axis begins at nothing."""

    def __init__(self, points: Sequence[Point], least_top: float) -> None:
        xs = [a for a, _ in points] or [0.0]
        self.left, self.right = min(xs), max(xs)
        if self.right <= self.left:
            self.left, self.right = self.left - 0.5, self.left + 0.5
        self.step = _step(max([b for _, b in points] + [least_top, 1e-9]))
        self.top = self.step * ceil(max([b for _, b in points] + [least_top, 1e-9]) / self.step)

    def x(self, value: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (value - self.left) / (self.right - self.left)

    def y(self, value: float) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * value / self.top


def _step(top: float) -> float:
    """A round step that gives about TICKS ticks."""
    rough = top / TICKS
    power = 10.0 ** floor(log10(rough))
    return next((power * times for times in (1.0, 2.0, 2.5, 5.0) if power * times >= rough), power * 10.0)


def _svg(frame: _Frame, x: str, y: str, drawn: Sequence[str]) -> str:
    count = round(frame.top / frame.step)
    grid = []
    for number in range(count + 1):
        value = frame.step * number
        height = frame.y(value)
        grid.append(f'<line class="grid" x1="{LEFT}" y1="{height:.1f}" x2="{WIDTH - RIGHT}" y2="{height:.1f}"/>')
        grid.append(f'<text class="tick" x="{LEFT - 6}" y="{height + 4:.1f}" text-anchor="end">{_short(value)}</text>')
    step = _step(frame.right - frame.left)
    value = step * ceil(frame.left / step)
    while value <= frame.right + step * 1e-6:
        grid.append(
            f'<text class="tick" x="{frame.x(value):.1f}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle">'
            f"{_short(value)}</text>"
        )
        value += step
    titles = (
        f'<text class="axis" x="{(WIDTH + LEFT - RIGHT) / 2:.0f}" y="{HEIGHT - 6}" text-anchor="middle">'
        f"{escape(x)}</text>"
        f'<text class="axis" transform="translate(12 {(HEIGHT - BOTTOM + TOP) / 2:.0f}) rotate(-90)" '
        f'text-anchor="middle">{escape(y)}</text>'
    )
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(f"{y} by {x}", quote=True)}">'
        f"{''.join(grid)}{titles}{''.join(drawn)}</svg>"
    )


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
