"""The steps of an SPF evaluation as lines, one a term."""

from collections.abc import Iterator, Mapping, Sequence

from trustlane._core import Answer, Question
from trustlane.cli.answers import sentence
from trustlane.identities.spf import Step


def lines(steps: Sequence[Step], answers: Mapping[Question, Answer], indent: str = "  ") -> Iterator[str]:
    """Each record, its terms below it, and what each asked and spent."""
    for step in steps:
        blanks = indent + "  " * step.depth
        if step.outcome == "record":
            yield f"{blanks}{step.domain} publishes {step.text}"
            continue
        if step.text:
            yield f"{blanks}  {step.text}: {_WORDS[step.outcome]}{_spent(step)}"
        else:
            yield f"{blanks}{step.domain} publishes no SPF record that can be used"
        for question in step.asked:
            if answer := answers.get(question):
                yield f"{blanks}    {question.record_type} {question.name}? {sentence(question, answer)}"


def _spent(step: Step) -> str:
    if not step.asked:
        return ""
    void = f", {step.void_lookups} of 2 void" if step.void_lookups else ""
    return f" (by now {step.terms} of 10 terms asked{void})"


_WORDS = {
    "matched": "matches",
    "not-matched": "no match",
    "followed": "goes on there",
    "stopped": "the evaluation ends here",
}
