"""Writes the references in docs/ that are made from the code: settings, commands, reasons, standards and mail walks.

``make docs`` runs it; test_generated.py fails where a page is stale.
"""

import argparse
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))
sys.path.insert(0, str(ROOT / "benches"))

from judge.page import page as assessment  # noqa: E402
from tests.golden.cases import Case, cases, walk  # noqa: E402
from tests.rules.proofs import Section, proofs  # noqa: E402
from trustlane import _core  # noqa: E402
from trustlane.assessment.reasons import LISTS, OPINIONS, PARTS, STANDING  # noqa: E402
from trustlane.cli.main import parser  # noqa: E402
from trustlane.lanes.reasons import LANES  # noqa: E402
from trustlane.policyd.reasons import POLICY  # noqa: E402
from trustlane.replay.reasons import REPLAY  # noqa: E402
from trustlane.reports.reasons import FEEDBACK  # noqa: E402
from trustlane.settings.show import catalogue  # noqa: E402

MADE = "<!-- Made by `make docs` from the code; edit the code. -->\n\n"


def pages() -> dict[Path, Callable[[], str]]:
    """Every generated page with what writes it."""
    docs = ROOT / "docs"
    walks = {docs / "mail-walks" / f"{case.name}.md": _walk_page(case) for case in cases()}
    return {
        docs / "settings.md": settings,
        docs / "assessment.md": assessment,
        docs / "commands.md": commands,
        docs / "reasons.md": reasons,
        docs / "standards.md": standards,
        **walks,
    }


SETTINGS = """# Settings

One TOML file, `trustlane.toml` in the folder where trustlane starts, or the file of `--config`. Every setting has a
default; a wrong one stops the start with its name, the reason and an example. A relative path in the file is as seen
from the file's folder, a default one as seen from where trustlane starts.

"""

REASONS = """# Reasons

Every reason that a finding, an assessment or a decision can have. Codes stay; sentences may be bettered.

"""

STANDARDS = """# Standards

Each section that the code cites, with its state. *done*: built and tested; *partial*: see the sentence; *refused*:
left out on purpose. The last column names tests that prove it.

"""


def settings() -> str:
    rows = [
        f"| `{setting.name}` | `{setting.default or 'not set'}` | {setting.doc} | `{setting.example}` |\n"
        for setting in catalogue()
    ]
    head = "| setting | default | what it is | example |\n|---|---|---|---|\n"
    return SETTINGS + MADE + head + "".join(rows)


def commands() -> str:
    return "# Commands\n\n" + MADE + "\n".join(_command_parts(parser(), "trustlane"))


def _command_parts(command: argparse.ArgumentParser, name: str) -> Iterator[str]:
    formatter = command.formatter_class
    command.formatter_class = lambda prog: formatter(prog, width=100, max_help_position=28)  # type: ignore[assignment]
    yield f"## {name}\n\n```text\n{command.format_help().strip()}\n```\n"
    for action in command._actions:
        if isinstance(action, argparse._SubParsersAction):
            for below, subparser in action.choices.items():
                yield from _command_parts(subparser, f"{name} {below}")


def reasons() -> str:
    areas = [
        ("Findings", _core.reasons()),
        ("Assessment", list(STANDING)),
        ("Parts of a standing", list(PARTS)),
        ("Opinions of others", list(OPINIONS)),
        ("Lists in DNS", list(LISTS)),
        ("Lanes", list(LANES)),
        ("Feedback", list(FEEDBACK)),
        ("Policy service", list(POLICY)),
        ("Replay", list(REPLAY)),
    ]
    tables = [
        f"## {title}\n\n| code | sentence |\n|---|---|\n" + "".join(f"| `{code}` | {text} |\n" for code, text in rows)
        for title, rows in areas
    ]
    return REASONS + MADE + "\n".join(tables)


def standards() -> str:
    listed = tomllib.loads((ROOT / "docs" / "rfc.toml").read_text())
    proved = proofs()
    return STANDARDS + MADE + "\n".join(_standard(name, dict(sections), proved) for name, sections in listed.items())


def _standard(name: str, sections: dict[str, Any], proved: dict[Section, list[str]]) -> str:
    title = sections.pop("title")
    rows = "".join(
        f"| §{section} | {state['state']} | {state['what']} | {_links(proved.get((name, section), []))} |\n"
        for section, state in sections.items()
    )
    return f"## {name}: {title}\n\n| section | state | what | proved by |\n|---|---|---|---|\n{rows}"


SHOWN = 3
"""Proofs named in a row; the rest are counted."""


def _links(tests: list[str]) -> str:
    links = [f"[{Path(file).name}](../{file}) {test}" for file, _, test in (it.partition("::") for it in tests[:SHOWN])]
    rest = [f"and {len(tests) - SHOWN} more"] if len(tests) > SHOWN else []
    return "; ".join(links + rest)


def _walk_page(case: Case) -> Callable[[], str]:
    def page() -> str:
        folder = f"../../tests/golden/{case.name}"
        return f"# {case.title}\n\n{MADE}Golden case [{case.name}]({folder}).\n\n```text\n{walk(case)}\n```\n"

    return page


def main() -> None:
    for path, write in pages().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(write())
        print(path.relative_to(ROOT))


if __name__ == "__main__":
    main()
