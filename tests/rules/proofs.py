"""Which tests prove which section of a standard.

A Python test says ``@pytest.mark.proves("RFC 7208 §4.6.4")``; a Rust test has a line ``// proves: RFC 7208 §4.6.4``
above it; a case of a conformance suite names sections in its ``spec``.
"""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]

Section = tuple[str, str]
"""Standard and section, as ``("RFC 7208", "4.6.4")``."""


def proofs() -> dict[Section, list[str]]:
    """The tests that prove each section, as ``file::test``, in the order of the files."""
    found = defaultdict(list)
    for file in sorted((ROOT / "tests").rglob("test_*.py")):
        for section, test in _in_python(file.read_text()):
            found[section].append(f"{file.relative_to(ROOT)}::{test}")
    for file in sorted((ROOT / "rust").rglob("*.rs")):
        for section, test in in_rust(file.read_text()):
            found[section].append(f"{file.relative_to(ROOT)}::{test}")
    for file in sorted((ROOT / "tests" / "conformance").glob("*.yml")):
        for section, test in in_suite(file.read_text(), file.name):
            found[section].append(f"{file.relative_to(ROOT)}::{test}")
    return {section: list(dict.fromkeys(tests)) for section, tests in found.items()}


def sections_in(text: str) -> list[Section]:
    """Each section named in a list such as ``RFC 7208 §4.6.4, §5.2, draft-levine-smtp-batv §3``."""
    standard, found = "", []
    for name, section in _NAMED.findall(text):
        standard = name or standard
        found.append((standard, section))
    return found


_NAMED = re.compile(r"(?:(RFC \d+|draft-[a-z0-9-]+) )?§([\w.]*\w)")


def _in_python(source: str) -> Iterator[tuple[Section, str]]:
    tree = ast.parse(source)
    for_all = [mark for node in tree.body if isinstance(node, ast.Assign) for mark in _marks([node.value])]
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            for section in [*for_all, *_marks(node.decorator_list)]:
                yield section, node.name


def _marks(expressions: list[ast.expr]) -> Iterator[Section]:
    for expression in expressions:
        for node in ast.walk(expression):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.proves":
                yield from sections_in(", ".join(ast.literal_eval(argument) for argument in node.args))


def in_rust(source: str) -> Iterator[tuple[Section, str]]:
    """The sections of each ``// proves:`` comment, which may go on over lines, with the function below it."""
    for comment, test in _RUST.findall(source):
        for section in sections_in(re.sub(r"\s*\n\s*//", " ", comment)):
            yield section, test


_RUST = re.compile(r"// proves: ((?:.*\n\s*//)*.*)\n(?:\s*(?:#\[.*|///.*)\n)*\s*(?:async )?fn (\w+)")


def in_suite(text: str, source: str) -> Iterator[tuple[Section, str]]:
    """Cases of a suite in YAML: ``spec: [4.6.4/1, RFC 4407 §2]``; bare numbers are of the standard in ``standard:``."""
    named = re.search(r"^#? ?standard: (RFC \d+|draft-[a-z0-9-]+)$", text, re.MULTILINE)
    standard = named[1] if named else ""
    for specs in re.findall(r"^\s+spec: *\[?([^\]\n]*)\]?$", text, re.MULTILINE):
        for spec in (part.strip(" \"'") for part in specs.split(",")):
            for section in sections_in(spec) or [(standard, spec.split("/")[0].lstrip("§"))]:
                yield section, source
