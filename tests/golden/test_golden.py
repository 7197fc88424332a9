"""Each golden case comes out as written down, to the letter."""

import pytest

from tests.golden.cases import Case, cases, walk


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_a_golden_case_comes_out_as_expected(case: Case) -> None:
    assert walk(case) == case.expected.read_text().rstrip("\n")
