"""The assessment of one mail: its subjects' standings, what others say, and the one word that decides."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from trustlane.assessment.back_off import signer_of
from trustlane.assessment.combine import word_of
from trustlane.assessment.opinion import Opinion
from trustlane.assessment.replay import replayed
from trustlane.assessment.standing import Level, Standing, Thresholds, standing, standings
from trustlane.assessment.told import parts
from trustlane.ledger.evidence import newcomers_like
from trustlane.ledger.history import History, Subject
from trustlane.ledger.observation import NOTHING_SIGHTED, Sighting
from trustlane.reasons import Reason


@dataclass(frozen=True, slots=True)
class Assessment:
    """How far a mail may be trusted.

    Attributes:
        standings: one for each subject, in the order given.
        is_trusted: whether the mail may take the trusted lane.
        deciding: the standing that decided; ``None`` where none could.
        reasons: why, the decisive one first.
        changes: subjects that gained (``True``) or lost trust, to be written to the ledger.
        opinions: what assessors beside this site's standing say.
        trusted_for: whose trust opened the lane, where an opinion did and no standing.
        sighting: what is counted of the mail.
        copy_of: the hash of the signature of which this mail is one copy too many, or ``""``.
        histories, now, thresholds: what it rests on, for those who want to see each part.
    """

    standings: tuple[Standing, ...]
    is_trusted: bool
    deciding: Standing | None
    reasons: tuple[Reason, ...]
    changes: tuple[tuple[Subject, bool], ...]
    opinions: tuple[Opinion, ...] = ()
    trusted_for: Subject | None = None
    sighting: Sighting = NOTHING_SIGHTED
    copy_of: str = ""
    histories: Mapping[Subject, History] = field(default_factory=dict, repr=False, compare=False)
    now: float = 0.0
    thresholds: Thresholds = field(default_factory=Thresholds)

    def parts(self, it: Standing) -> list[Reason]:
        """Why a subject stands as it does, step by step."""
        return parts(it, self.histories, self.now, self.thresholds)

    @property
    def bad(self) -> Standing | None:
        """The bad standing that decided, if one did."""
        return self.deciding if self.deciding and self.deciding.level is Level.BAD else None

    @property
    def speaks_for(self) -> Subject | None:
        """Whose trust opened the lane."""
        return self.trusted_for or (self.deciding.subject if self.deciding and self.is_trusted else None)


def subjects_needed(subjects: Sequence[Subject], sighting: Sighting = NOTHING_SIGHTED) -> tuple[Subject, ...]:
    """The subjects whose histories :func:`assess` needs: these, newcomers of their kinds, signers, and signatures."""
    signers = [Subject("dkim", signer_of(subject)) for subject in subjects if subject.kind == "pair"]
    newcomers = [newcomers_like(subject) for subject in subjects]
    return tuple(dict.fromkeys((*subjects, *newcomers, *signers, *sighting.signatures)))


def assess(
    subjects: Sequence[Subject],
    histories: Mapping[Subject, History],
    now: float,
    thresholds: Thresholds,
    sighting: Sighting = NOTHING_SIGHTED,
    opinions: Sequence[Opinion] = (),
) -> Assessment:
    """Trusts a mail, or not, for what its subjects did before and for what others say of them.

    Args:
        subjects: the validated subjects and the network, the most specific first.
        histories: of :func:`subjects_needed`; one that is missing has no history.
        sighting: of the mail at hand.
        opinions: of all assessors beside standing.
    """
    judged = standings(tuple(dict.fromkeys(subjects)), histories, now, thresholds, sighting)
    copy = replayed(sighting, histories)
    word = copy.word if copy else word_of(judged, histories, thresholds, opinions)
    return Assessment(
        standings=judged,
        is_trusted=word.is_trusted,
        deciding=word.deciding,
        reasons=word.reasons,
        changes=_changes(judged, histories),
        opinions=tuple(opinions),
        trusted_for=word.trusted_for,
        sighting=sighting,
        copy_of=copy.signature if copy else "",
        histories=histories,
        now=now,
        thresholds=thresholds,
    )


def standing_of(subject: Subject, histories: Mapping[Subject, History], now: float, thresholds: Thresholds) -> Standing:
    """How one subject stands, by the histories of :func:`subjects_needed`."""
    return standing(histories.get(subject, History(subject)), histories.get(newcomers_like(subject)), now, thresholds)


def _changes(judged: Sequence[Standing], histories: Mapping[Subject, History]) -> tuple[tuple[Subject, bool], ...]:
    changes = []
    for it in judged:
        history = histories.get(it.subject)
        is_trusted = it.level is Level.TRUSTED
        # What it earned goes on to be counted, and counts again when the operator's word ends.
        if it.override:
            continue
        if is_trusted != (history is not None and history.is_trusted):
            changes.append((it.subject, is_trusted))
    return tuple(changes)
