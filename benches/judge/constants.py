"""The defaults of assessment with their reasons, read from the code that holds them."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from importlib import import_module
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

from trustlane.assessment import Thresholds

MODULES = (
    "trustlane.ledger.weights",
    "trustlane.ledger.evidence",
    "trustlane.assessment.standing",
    "trustlane.ledger.drift",
    "trustlane.ledger.volume",
    "trustlane.ledger.signatures",
    "trustlane.ledger.reporters",
    "trustlane.ledger.renewal",
    "trustlane.ledger.silence",
    "trustlane.lanes.audit",
)
"""Where the parts of standing keep their numbers, in the order of the page."""


@dataclass(frozen=True, slots=True)
class Default:
    """One number.

    Attributes:
        part: the module that holds it, as a path in the repository.
        name, value, reason: as they stand there.
    """

    part: str
    name: str
    value: str
    reason: str


def defaults() -> Iterator[Default]:
    """All of them."""
    for name, reason in _attributes(Thresholds.__doc__ or ""):
        value = next(field.default for field in fields(Thresholds) if field.name == name)
        yield Default("python/trustlane/assessment/standing.py", f"Thresholds.{name}", f"{value:g}", reason)
    for module in MODULES:
        yield from _constants(module)


def _constants(module: str) -> Iterator[Default]:
    spec = find_spec(module)
    assert spec, module
    assert spec.origin, module
    values = vars(import_module(module))
    part = f"python/{module.replace('.', '/')}.py"
    body = ast.parse(Path(spec.origin).read_text()).body
    for node, following in pairwise(body):
        names = _names(node)
        if names and isinstance(following, ast.Expr) and isinstance(following.value, ast.Constant):
            value = values[names[0]]
            if isinstance(value, int | float | Mapping | frozenset):
                yield Default(part, names[0], _written(names[0], value), " ".join(str(following.value.value).split()))


def _names(node: ast.stmt) -> list[str]:
    """The public constant that a statement makes."""
    match node:
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            return [name] if name.isupper() and not name.startswith("_") else []
        case _:
            return []


def _written(name: str, value: object) -> str:
    match value:
        case Mapping():
            return ", ".join(f"{key} {_number(weight)}" for key, weight in value.items())
        case frozenset():
            return ", ".join(sorted(map(str, value)))
        case int() | float() if name.endswith("SECONDS") and value >= 86_400:
            return f"{value / 86_400:g} days"
        case int() | float() if name.endswith("SECONDS") and value >= 3_600:
            return f"{value / 3_600:g} hours"
        case _:
            return _number(value)


def _number(value: object) -> str:
    return f"{value:g}" if isinstance(value, int | float) else str(value)


def _attributes(docstring: str) -> Iterator[tuple[str, str]]:
    """Names and sentences of an ``Attributes:`` section."""
    _, _, section = docstring.partition("Attributes:\n")
    found: list[list[str]] = []
    for line in section.splitlines():
        words = line.strip()
        head, colon, rest = words.partition(": ")
        if colon and head.isidentifier() and line.startswith("        ") and not line.startswith("            "):
            found.append([head, rest])
        elif found and words:
            found[-1][1] += f" {words}"
    return ((name, sentence) for name, sentence in found)
