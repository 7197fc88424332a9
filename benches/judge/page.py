"""docs/assessment.md: the model from its template, defaults from the code, tables from the latest judgement."""

import json
from pathlib import Path
from typing import Any

from judge.constants import defaults

HERE = Path(__file__).parent
RESULTS = HERE / "results.json"
TEMPLATE = HERE / "assessment.md"

COLUMNS = (
    ("hm %", "misplaced_percent", "{:.3f}"),
    ("sm %", "passed_percent", "{:.2f}"),
    ("1-ROCA %", "missing_area_percent", "{:.3f}"),
    ("lam %", "logistic_average_percent", "{:.3f}"),
    ("established trusted %", "established_coverage_percent", "{:.1f}"),
    ("contamination per million", "contamination_per_million", "{:,.0f}"),
    ("most harm", "harm_most", "{:.0f}"),
    ("days to trust", "days_to_trust", "{:.1f}"),
)
"""Of each table: its head, the figure, and how that is written."""


def page() -> str:
    """The whole page."""
    results = json.loads(RESULTS.read_text())
    return (
        TEMPLATE.read_text()
        .replace("{{defaults}}", _defaults())
        .replace("{{machine}}", results["machine"])
        .replace("{{tables}}", "\n".join(_table(name, it) for name, it in results["scenarios"].items()))
    )


def _defaults() -> str:
    lines: list[str] = []
    part = ""
    for it in defaults():
        if it.part != part:
            part = it.part
            lines += [
                f"\n[{part.removeprefix('python/trustlane/')}](../{part})\n",
                *_heads(["default", "value", "reason"]),
            ]
        lines.append(f"| `{it.name}` | {it.value} | {it.reason} |")
    return "\n".join(lines).strip()


def _table(name: str, result: dict[str, Any]) -> str:
    lines = [
        f"### {name}: {result['title']}\n",
        f"{result['mails']:,} mails in {result['days']} days, the first {result['warm_up_days']} not counted.\n",
        *_changed(result["defaults"]),
        *_heads(["", *(head for head, _, _ in COLUMNS)]),
    ]
    for rater, figures in result["figures"].items():
        cells = [_cell(figures[key], form) for _, key, form in COLUMNS]
        lines.append(f"| {' | '.join([rater, *cells])} |")
    lines.append("")
    for mark in result["marks"]:
        lines.append(f"- {'reached' if mark['holds'] else '**missed**'}: {mark['what']} ({mark['came']})")
    return "\n".join([*lines, ""])


def _changed(then: dict[str, str]) -> list[str]:
    """Says which defaults were others when this scenario was judged: a month of mail is not judged at every change."""
    now = {it.name: it.value for it in defaults()}
    changed = [f"`{name}` was {value}" for name, value in then.items() if name in now and now[name] != value]
    changed += [f"there was no `{name}`" for name in now if name not in then]
    return [f"*Judged when {', '.join(changed)}.*\n"] if changed else []


def _heads(names: list[str]) -> list[str]:
    return [f"| {' | '.join(names)} |", "|" + "---|" * len(names)]


def _cell(value: float | None, form: str) -> str:
    return "" if value is None else form.format(value)
