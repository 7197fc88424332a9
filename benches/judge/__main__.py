"""``python -m judge [SCENARIO...]``: judges scenarios; ``--save`` keeps what they came to for docs/assessment.md."""

import argparse
import json
import platform
import sys
from dataclasses import asdict

from judge.constants import defaults
from judge.marks import Mark, marks
from judge.page import RESULTS
from judge.trial import Result, trial
from trustlane.cli.bench import cpu
from trustlane.replay.report import as_text
from trustlane.simulate import Scenario, bundled, load


def main() -> int:
    parser = argparse.ArgumentParser(prog="judge", description=__doc__)
    parser.add_argument("scenario", nargs="*", help="by default all bundled ones")
    parser.add_argument("--alone", action="store_true", help="trustlane without those it is held against")
    parser.add_argument("--save", action="store_true", help="write benches/judge/results.json")
    options = parser.parse_args()
    saved: dict[str, dict[str, object]] = {}
    missed = 0
    for name in options.scenario or sorted(bundled()):
        scenario = load(name)
        result = trial(scenario, () if options.alone else None)
        reached = list(marks(result))
        missed += sum(not mark.holds for mark in reached)
        saved[name] = _as_data(scenario, result, reached)
        _tell(name, result, reached)
        if options.save:
            _save(saved)
    return 1 if missed else 0


def _save(saved: dict[str, dict[str, object]]) -> None:
    """Those of the page that were not judged now stay as they are."""
    kept = json.loads(RESULTS.read_text())["scenarios"] if RESULTS.exists() else {}
    # The one that the marks are about stands first.
    scenarios = dict(sorted({**kept, **saved}.items(), key=lambda both: (both[0] != "mixed", both[0])))
    machine = f"{cpu()}, Python {platform.python_version()}"
    RESULTS.write_text(json.dumps({"machine": machine, "scenarios": scenarios}, indent=1) + "\n")


def _tell(name: str, result: Result, reached: list[Mark]) -> None:
    print(f"\n{name}: {result.title}; {result.mails:,} mails, {result.mails / result.seconds:,.0f} a second\n")
    print(as_text(result.figures["**trustlane**"]))
    for mark in reached:
        print(f"  {'holds ' if mark.holds else 'MISSED'}  {mark.what}: {mark.came}", flush=True)


def _as_data(scenario: Scenario, result: Result, reached: list[Mark]) -> dict[str, object]:
    return {
        "title": result.title,
        "days": scenario.days,
        "warm_up_days": scenario.warm_up_days,
        "mails": result.mails,
        "defaults": {it.name: it.value for it in defaults()},
        "figures": {rater: asdict(figures) for rater, figures in result.figures.items()},
        "marks": [asdict(mark) for mark in reached],
    }


if __name__ == "__main__":
    sys.exit(main())
