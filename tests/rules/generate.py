"""Writes the references in docs/ that are made from the code: settings, commands, reasons, standards and mail walks.

``make docs`` runs it; test_generated.py fails where a page is stale.
"""

import argparse
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from tests.golden.cases import Case, cases, walk  # noqa: E402
from trustlane import _core  # noqa: E402
from trustlane.assessment.reasons import STANDING  # noqa: E402
from trustlane.cli.main import parser  # noqa: E402
from trustlane.lanes.reasons import LANES  # noqa: E402
from trustlane.settings.show import catalogue  # noqa: E402

MADE = "<!-- Made by `make docs` from the code; edit the code. -->\n\n"


def pages() -> dict[Path, Callable[[], str]]:
    """Every generated page with what writes it."""
    docs = ROOT / "docs"
    walks = {docs / "mail-walks" / f"{case.name}.md": _walk_page(case) for case in cases()}
    return {
        docs / "settings.md": settings,
        docs / "commands.md": commands,
        docs / "reasons.md": reasons,
        docs / "standards.md": standards,
        **walks,
    }


def settings() -> str:
    rows = [
        f"| `{setting.name}` | `{setting.default or 'not set'}` | {setting.doc} | `{setting.example}` |"
        for setting in catalogue()
    ]
    return "\n".join(
        [
            "# Settings",
            "",
            "One TOML file, `trustlane.toml` in the folder where trustlane starts, or the file of `--config`. Every setting has a",
            "default; a wrong one stops the start with its name, the reason and an example. A relative path in the file is as seen",
            "from the file's folder, a default one as seen from where trustlane starts.",
            "",
            MADE.strip(),
            "",
            "| setting | default | what it is | example |",
            "|---|---|---|---|",
            *rows,
            "",
        ]
    )


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
    parts = [("Findings", _core.reasons()), ("Assessment", list(STANDING)), ("Lanes", list(LANES))]
    text = "# Reasons\n\nEvery reason that a finding, an assessment or a decision can have. Codes stay; sentences may be bettered.\n\n"
    text += MADE
    for title, catalogue in parts:
        text += f"## {title}\n\n| code | sentence |\n|---|---|\n"
        text += "".join(f"| `{code}` | {sentence} |\n" for code, sentence in catalogue) + "\n"
    return text.rstrip("\n") + "\n"


def standards() -> str:
    listed = tomllib.loads((ROOT / "docs" / "rfc.toml").read_text())
    text = "# Standards\n\nEach section that the code cites, with its state. *done*: built and tested; *partial*: see the sentence;\n"
    text += "*refused*: left out on purpose.\n\n" + MADE
    for standard, sections in listed.items():
        title = sections.pop("title")
        text += f"## {standard}: {title}\n\n| section | state | what |\n|---|---|---|\n"
        text += (
            "".join(f"| §{name} | {state['state']} | {state['what']} |\n" for name, state in sections.items()) + "\n"
        )
    return text.rstrip("\n") + "\n"


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
