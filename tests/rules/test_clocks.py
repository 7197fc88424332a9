"""Nobody below an edge reads a clock, and nothing asks whether it is being tested."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "python" / "trustlane"

EDGES = {"verify.py", "dkim", "cli", "smtp"}
CLOCKS = re.compile(r"\btime\.time\(|\bdatetime\.(now|utcnow)\(|\btime_ns\(|\blocaltime\(")


@pytest.mark.parametrize("file", sorted(PACKAGE.rglob("*.py")), ids=lambda file: str(file.relative_to(PACKAGE)))
def test_only_edges_read_the_clock(file: Path) -> None:
    if file.relative_to(PACKAGE).parts[0] not in EDGES:
        assert not CLOCKS.search(file.read_text())


@pytest.mark.parametrize("file", sorted(PACKAGE.rglob("*.py")), ids=lambda file: str(file.relative_to(PACKAGE)))
def test_nothing_asks_whether_it_is_under_test(file: Path) -> None:
    assert not re.search(r"\bpytest\b|\bunittest\b|PYTEST_CURRENT_TEST", file.read_text())


@pytest.mark.parametrize("file", sorted((ROOT / "rust" / "core" / "src").rglob("*.rs")), ids=lambda file: file.name)
def test_the_core_reads_no_clock_and_opens_no_socket(file: Path) -> None:
    assert not re.search(r"SystemTime|Instant::now|std::net::(Tcp|Udp)|std::fs|std::env", file.read_text())
