"""What each of the package's ways to verify and sign costs, call by call."""

from collections.abc import Callable

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

import contenders
from cases import SIZES, Case, case

WAYS: dict[str, Callable[[Case], contenders.Call]] = {
    "core": contenders.core_verify_one,
    "one": contenders.verify_one,
    "streamed": contenders.streamed,
    "many": contenders.many,
    "pure-python": contenders.plain_python,
    "dkimpy": contenders.verify_by_dkimpy,
}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("way", WAYS)
def test_verify(benchmark: BenchmarkFixture, way: str, size: str) -> None:
    """``many`` is 64 mails a call."""
    benchmark.group = f"verification, {size}"
    benchmark(WAYS[way](case("text", size)))


@pytest.mark.parametrize("kind", ["RSA-2048", "RSA-4096", "Ed25519"])
@pytest.mark.parametrize("way", [contenders.sign, contenders.sign_by_dkimpy])
def test_sign(benchmark: BenchmarkFixture, way: Callable[[Case], contenders.Call], kind: str) -> None:
    benchmark.group = f"signing, {kind}"
    benchmark(way(case("text", "5 KB", (kind,))))
