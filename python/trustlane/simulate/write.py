"""What happens, as lines of a log."""

import json
from collections.abc import Iterable, Iterator

from trustlane.simulate.feedback import Said
from trustlane.simulate.letter import Letter, findings, helo, mail_from
from trustlane.simulate.outbound import Outbound
from trustlane.simulate.traffic import Happening


def lines(happenings: Iterable[Happening]) -> Iterator[str]:
    """One JSON object a line, as ``trustlane replay`` reads them."""
    write = json.JSONEncoder(separators=(",", ":")).encode
    for happening in happenings:
        yield write(_as_data(happening)) + "\n"


def _as_data(happening: Happening) -> dict[str, object]:
    match happening:
        case Letter():
            return {
                "type": "mail",
                "id": happening.id,
                "time": happening.time,
                "ip": happening.ip,
                "helo": helo(happening),
                "mail_from": mail_from(happening),
                "rcpt": [happening.rcpt],
                "author": happening.address,
                "findings": findings(happening),
                "content_score": happening.score,
                "size": happening.size,
                "truth": "wanted" if happening.is_wanted else "unwanted",
            }
        case Said():
            return {
                "type": "feedback",
                "time": round(happening.time, 3),
                "about": happening.about,
                "kind": happening.kind,
                "reporter": happening.reporter,
            }
        case Outbound():
            return {
                "type": "outbound",
                "time": round(happening.time, 3),
                "from": happening.sender,
                "rcpt": [happening.rcpt],
            }
