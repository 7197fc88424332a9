"""Reasons: closed lists of codes with a sentence each, and one function that renders them.

A reason is data: its code is for programs and is kept for ever, its values are facts, its text is for people. The
checks of :mod:`trustlane._core` bring reasons of the same shape.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from string import Formatter
from typing import Any


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something was found or decided.

    Attributes:
        code: as ``lane.no-identity``.
        text: the sentence with its values filled in.
        values: the values by name.
    """

    code: str
    text: str
    values: Mapping[str, Any]

    def __str__(self) -> str:
        return self.text


class Catalogue:
    """All reasons of one area. A code or value that is not in it is a bug, and says so at once."""

    def __init__(self, area: str, sentences: Mapping[str, str]) -> None:
        self._area = area
        self._sentences = dict(sentences)
        self._wanted = {code: _names_in(sentence) for code, sentence in sentences.items()}

    def reason(self, code: str, **values: Any) -> Reason:
        """The reason of this code.

        Raises:
            KeyError: the code is not in the catalogue, or the values are not those its sentence names.
        """
        if values.keys() != self._wanted[code]:
            raise KeyError(f"{self._area}.{code} needs {sorted(self._wanted[code])}, got {sorted(values)}")
        return Reason(f"{self._area}.{code}", self._sentences[code].format(**values), values)

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """Every (code, sentence), in the order of the catalogue."""
        return ((f"{self._area}.{code}", sentence) for code, sentence in self._sentences.items())


def _names_in(sentence: str) -> frozenset[str]:
    return frozenset(name for _, name, _, _ in Formatter().parse(sentence) if name)
