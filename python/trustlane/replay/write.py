"""Verdicts as lines of JSON."""

import json
from typing import Any

from trustlane.assessment import Standing
from trustlane.replay.engine import Verdict

_encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=True).encode


def as_line(verdict: Verdict) -> str:
    """One JSON object: lane, action, reasons, and the subjects with rating, bound and sample size."""
    return (
        _encode(
            {
                "id": verdict.mail.id,
                "time": verdict.mail.time,
                "lane": verdict.lane.value,
                "action": verdict.action.value,
                "audited": verdict.is_audited,
                "reasons": [{"code": reason.code, "text": reason.text} for reason in verdict.reasons],
                "subjects": [_subject(standing) for standing in verdict.assessment.standings],
            }
        )
        + "\n"
    )


def _subject(standing: Standing) -> dict[str, Any]:
    return {
        "kind": standing.subject.kind,
        "name": standing.subject.name,
        "level": standing.level.value,
        "rating": round(standing.rating, 4),
        "lower_bound": round(standing.lower_bound, 4),
        "sample_size": round(standing.sample_size, 2),
    }
