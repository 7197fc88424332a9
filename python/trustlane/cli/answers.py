"""Answers of DNS as sentences."""

from trustlane._core import Answer, Question

SHOWN_CHARACTERS = 120
"""Of the text of one record."""


def sentence(question: Question, answer: Answer) -> str:
    """What DNS said, in one line."""
    secure = " (secure)" if answer.is_secure else ""
    match answer.status:
        case "found":
            return ", ".join(_record(record) for record in answer.records) + secure
        case "nxdomain":
            return f"There is no such name{secure}."
        case "nodata":
            return f"The name has no {question.record_type} record{secure}."
        case _:
            return f"No answer now ({answer.why})."


def _record(record: object) -> str:
    match record:
        case bytes():
            text = record.decode("utf-8", "backslashreplace")
            return f'"{text[:SHOWN_CHARACTERS]}..."' if len(text) > SHOWN_CHARACTERS else f'"{text}"'
        case tuple():
            return " ".join(map(str, record))
        case _:
            return str(record)
