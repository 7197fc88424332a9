"""The line runs one way: a package imports only from its left, and the core knows no Python."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "python" / "trustlane"

BASE = {"_core", "errors", "reasons"}
PORTS = {"dns", "ledger"}
LINE = ["message", "identities", "assessment", "lanes", "delivery", "flow", "reports"]

ALLOWED: dict[str, set[str]] = {
    "errors": set(),
    "reasons": set(),
    "message": BASE,
    "dns": BASE,
    "ledger": BASE,
    "authres": BASE,
    "batv": BASE,
    **{name: BASE | PORTS | {"authres", "batv"} | set(LINE[: LINE.index(name)]) for name in LINE if name != "message"},
    "keys": BASE,
    "process": {"errors"},
    "dkim": BASE | {"dns", "message", "identities"},
    "reference": BASE | {"dns", "message", "identities"},
    "settings": BASE | PORTS | {"assessment", "identities", "lanes", "keys"},
    "verify": BASE | PORTS | set(LINE),
    "smtp": BASE | PORTS | set(LINE),
    "milter": BASE | PORTS | set(LINE) | {"keys"},
    "policyd": BASE | PORTS | set(LINE),
    "web": BASE | PORTS | set(LINE) | {"keys", "verify"},
    "replay": BASE | PORTS | set(LINE) | {"verify"},
    "simulate": BASE,
    "cli": BASE
    | PORTS
    | set(LINE)
    | {
        "settings",
        "authres",
        "batv",
        "verify",
        "keys",
        "dkim",
        "smtp",
        "milter",
        "policyd",
        "process",
        "web",
        "replay",
        "simulate",
    },
    "__init__": BASE | {"message", "identities", "lanes", "verify"},
    "__main__": {"cli"},
}
"""What each package may import of the others. Edges (smtp, milter, policyd) import the line, and never each other."""


def packages() -> list[str]:
    return sorted(
        path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or (path.is_dir() and path.name[0] != "_")
    )


@pytest.mark.proves("RFC 5863 §2.1")
@pytest.mark.parametrize("package", packages())
def test_a_package_imports_only_from_its_left(package: str) -> None:
    for file in files_of(package):
        for imported in imports_of(file):
            assert imported == package or imported in ALLOWED[package], f"{file}: {package} must not import {imported}"


def test_the_core_knows_no_python() -> None:
    command = ["cargo", "tree", "--offline", "-p", "trustlane-core", "-e", "normal", "--prefix", "none"]
    tree = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert "aws-lc-rs" in tree
    assert "pyo3" not in tree


def test_the_core_forbids_unsafe_code() -> None:
    assert "#![forbid(unsafe_code)]" in (ROOT / "rust/core/src/lib.rs").read_text()


def test_the_library_needs_dnspython_alone() -> None:
    """``import trustlane`` works where only dnspython is installed beside it; what is an extra stands apart."""
    allowed = {"trustlane", "dns"}
    for name in (
        "__init__",
        "verify",
        "dkim",
        "keys",
        "flow",
        "message",
        "identities",
        "assessment",
        "lanes",
        "delivery",
        "ledger",
        "dns",
    ):
        for file in files_of(name):
            extra = {"valkey"} if file.is_relative_to(PACKAGE / "ledger" / "valkey") else set()
            foreign = {name for name in top_level_imports(file) if not is_standard(name)} - allowed - extra
            assert not foreign, f"{file} imports {foreign}"


def files_of(package: str) -> list[Path]:
    folder = PACKAGE / package
    return sorted(folder.rglob("*.py")) if folder.is_dir() else [PACKAGE / f"{package}.py"]


def imports_of(file: Path) -> set[str]:
    """The parts of trustlane that a file imports, anywhere in it."""
    modules = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            modules |= (
                {f"{node.module}.{name.name}" for name in node.names} if node.module == "trustlane" else {node.module}
            )
        elif isinstance(node, ast.Import):
            modules |= {name.name for name in node.names}
    return {module.split(".")[1] for module in modules if module.startswith("trustlane.")}


def top_level_imports(file: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.split(".")[0])
        elif isinstance(node, ast.Import):
            names |= {name.name.split(".")[0] for name in node.names}
    return names


def is_standard(name: str) -> bool:

    return name in sys.stdlib_module_names


def test_no_extra_is_imported_with_the_library() -> None:
    extras = {"valkey", "starlette", "uvicorn"}
    code = f"import sys, trustlane, trustlane.cli.main; sys.exit(bool({extras} & sys.modules.keys()))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
