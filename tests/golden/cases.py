"""Golden cases: a folder each, with a mail, the session, the zone, perhaps a history, and what must come of it.

``expected.txt`` is the story that ``trustlane explain`` tells. A bug is first a failing case here.
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trustlane.batv import BounceKey, BounceKeys
from trustlane.cli.explain import story
from trustlane.cli.plain import plain
from trustlane.dns.zone import ZoneResolver
from trustlane.flow import consider
from trustlane.identities import Checks, ExamineLimits, SenderId
from trustlane.lanes import Mode, Policy
from trustlane.ledger import Kind, Observation, Subject
from trustlane.ledger.memory import MemoryLedger
from trustlane.verify import transaction

FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Case:
    """One case; ``session`` has title and now, and may have client_ip, helo, mail_from, rcpt, mode and
    trusted_sealers."""

    name: str
    session: dict[str, Any]

    @property
    def title(self) -> str:
        return str(self.session["title"])

    @property
    def expected(self) -> Path:
        return FOLDER / self.name / "expected.txt"


def cases() -> list[Case]:
    files = sorted(FOLDER.glob("*/session.toml"))
    return [Case(file.parent.name, tomllib.loads(file.read_text())) for file in files]


def walk(case: Case) -> str:
    """The story of a case, as it comes out now."""
    folder, session = FOLDER / case.name, case.session
    mail = transaction(
        (folder / "mail.eml").read_bytes(),
        session.get("client_ip"),
        session.get("helo"),
        session.get("mail_from"),
        session.get("rcpt", ()),
        submitter=session.get("submitter"),
    )
    decision = consider(
        mail,
        resolver=ZoneResolver.from_file(folder / "zone.txt"),
        ledger=history(folder / "history.toml"),
        policy=policy_of(case),
        now=session["now"],
    )
    return plain("\n".join(story(mail, decision, session["now"])))


def policy_of(case: Case) -> Policy:
    """What the site of a case wants."""
    session = case.session
    limits = ExamineLimits(trusted_sealers=tuple(session.get("trusted_sealers", ())), checks=_checks(session))
    return Policy(mode=Mode(session.get("mode", "enforce")), limits=limits)


def _checks(session: dict[str, Any]) -> Checks:
    """``[checks]`` may have csa, sender_id, and under batv the domains that this site tags, with a key of zeros."""
    chosen = session.get("checks", {})
    domains = chosen.get("batv", [])
    return Checks(
        csa=chosen.get("csa", False),
        sender_id=SenderId(chosen.get("sender_id", "off")),
        batv=BounceKeys((BounceKey(0, 0, bytes(20)),)).ring(domains) if domains else None,
    )


def history(file: Path) -> MemoryLedger:
    """A ledger with the observations of a file: ``[[observed]]`` with kind, time, count and subjects."""
    ledger = MemoryLedger()
    observed = tomllib.loads(file.read_text())["observed"] if file.exists() else []
    for entry in observed:
        subjects = tuple(Subject(*subject.split(" ", 1)) for subject in entry["subjects"])
        ledger.write([Observation(Kind(entry["kind"]), entry["time"], subjects)] * entry["count"])
    return ledger
