"""The Rust core, as Python sees it. Written by hand; tests/rules/test_stub.py holds it against the built module."""

from collections.abc import Mapping, Sequence
from typing import Any, final

@final
class Question:
    """One question to DNS: a name of lower case A-labels and a record type. Raises ValueError for no name."""

    def __new__(cls, name: str, record_type: str) -> Question: ...
    @property
    def name(self) -> str: ...
    @property
    def record_type(self) -> str: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class Answer:
    """What DNS said to one question."""

    @staticmethod
    def found(record_type: str, records: Sequence[Any], *, is_secure: bool = False) -> Answer: ...
    @staticmethod
    def nxdomain(*, is_secure: bool = False) -> Answer: ...
    @staticmethod
    def nodata(*, is_secure: bool = False) -> Answer: ...
    @staticmethod
    def unavailable(why: str) -> Answer: ...
    @property
    def status(self) -> str: ...
    @property
    def records(self) -> list[Any]: ...
    @property
    def why(self) -> str | None: ...
    @property
    def is_secure(self) -> bool: ...
    def unproven(self) -> Answer: ...
    @property
    def octets(self) -> int: ...
    def __eq__(self, other: object, /) -> bool: ...

def read_response(octets: bytes, section: bytes, record_type: str) -> tuple[Answer, int] | str:
    """What a name server sent: an answer and its time to live in seconds, or why it is none.

    ``section`` is the question section as it was sent. Raises ValueError for no record type that we ask.
    """

FindingParts = tuple[str, str, str, str, dict[str, Any], dict[str, str], dict[str, Any]]
"""method, result, reason, text, values, properties, facts: see trustlane.identities.Finding."""

ResultParts = tuple[str, int, str, str | None, Sequence[tuple[str, str, str]]]
"""method, version, result, reason, and (ptype, name, value) of each property: one result of RFC 8601 §2.2."""

FieldParts = tuple[str, int, int | None, list[tuple[str, int, str, str | None, list[tuple[str, str, str]]]]]
"""identifier, version, ARC's instance, and the results: see trustlane.authres.AuthenticationResults."""

SignerParts = tuple[str | None, str | None, bool, int | None]
"""d=, s=, whether the signature verified, and bits of an RSA key."""

SpfStepParts = tuple[int, str, str, str, list[Question], int, int]
"""depth, domain, text, outcome, asked, terms, void look-ups: see trustlane.identities.spf.Step."""

@final
class PublicSuffixes:
    """A public suffix list that the operator gave: the legacy way to organizational domains (RFC 7489 §3.2).

    Raises ValueError for a text without rules.
    """

    def __new__(cls, text: bytes) -> PublicSuffixes: ...
    def organizational_domain(self, name: str) -> str: ...

@final
class Inquiry:
    """One check without a message: questions out, answers in, then its outcome."""

    @staticmethod
    def spf(
        *, client_ip: str, identity: str, mail_from: str = "", helo: str = "", receiver: str = "", now: int
    ) -> Inquiry: ...
    @staticmethod
    def dmarc(
        from_values: Sequence[bytes],
        identifiers: Sequence[tuple[str, str, str]],
        *,
        suffixes: PublicSuffixes | None = None,
    ) -> Inquiry: ...
    @staticmethod
    def policy(domain: str, *, suffixes: PublicSuffixes | None = None) -> Inquiry: ...
    @staticmethod
    def destinations(
        policy_domain: str, uris: Sequence[str], *, tag: str = "rua", suffixes: PublicSuffixes | None = None
    ) -> Inquiry: ...
    def questions(self) -> list[Question]: ...
    def learn(self, answers: Mapping[Question, Answer]) -> None: ...
    def outcome(self) -> Any: ...
    def transcript(self) -> list[tuple[Question, Answer]]: ...

@final
class Examination:
    """One message and every check of it: octets and answers in, questions and findings out."""

    def __new__(
        cls,
        *,
        client_ip: str | None = None,
        helo: str | None = None,
        mail_from: str | None = None,
        receiver: str = "",
        now: int,
        line_ends: str = "as-is",
        max_signatures: int | None = None,
        max_rsa_bits: int | None = None,
        trusted_sealers: Sequence[str] = (),
        atps: bool = False,
        cache: KeyCache | None = None,
        suffixes: PublicSuffixes | None = None,
        submitter: str | None = None,
        checks: Sequence[str] = (),
        batv: BatvRing | None = None,
    ) -> Examination: ...
    def feed(self, octets: bytes) -> None: ...
    def recipient(self, path: str) -> None: ...
    def finish(self) -> None: ...
    def questions(self) -> list[Question]: ...
    def learn(self, answers: Mapping[Question, Answer]) -> None: ...
    def findings(self) -> list[FindingParts]: ...
    def chain(self) -> list[tuple[int, bytes, SignerParts, SignerParts, str]]: ...
    def received_spf(self) -> list[str]: ...
    def spf_steps(self, identity: str) -> list[SpfStepParts]: ...
    def transcript(self) -> list[tuple[Question, Answer]]: ...
    @property
    def field_spans(self) -> list[tuple[bytes, int, int]]: ...
    @property
    def rejected_at(self) -> int | None: ...
    @property
    def header_octets(self) -> int: ...
    @property
    def header(self) -> bytes: ...
    @property
    def wants_body(self) -> bool: ...
    @property
    def verifications(self) -> int: ...
    @property
    def compilations(self) -> int: ...
    @property
    def vbr_info(self) -> list[tuple[str, str, list[str]]]: ...
    @property
    def recipients(self) -> list[str]: ...
    def forged_results(self, ours: Sequence[str]) -> list[int]: ...

@final
class KeyCache:
    """Key records that were read before, good or bad, by their text; at most ``max_keys``. Threads may share one."""

    def __new__(cls, max_keys: int = 4_000) -> KeyCache: ...
    @property
    def max_keys(self) -> int: ...
    @property
    def hits(self) -> int:
        """Texts that were known already."""
    @property
    def reads(self) -> int:
        """Texts that had to be read."""
    def __len__(self) -> int: ...

@final
class SignedMail:
    """One message and its DKIM signatures alone: octets and answers in, questions and findings out."""

    def __new__(
        cls,
        *,
        now: int,
        line_ends: str = "as-is",
        cache: KeyCache | None = None,
        max_signatures: int | None = None,
        max_rsa_bits: int | None = None,
        service: str = "email",
    ) -> SignedMail: ...
    def feed(self, octets: bytes) -> None: ...
    def finish(self) -> None: ...
    def questions(self) -> list[Question]: ...
    def learn(self, answers: Mapping[Question, Answer]) -> None: ...
    def findings(self) -> list[FindingParts]: ...
    @property
    def verifications(self) -> int: ...

def verify_one(
    message: bytes,
    keys: Mapping[str, bytes | Answer],
    *,
    now: int,
    line_ends: str = "fix-crlf",
    cache: KeyCache | None = None,
    max_signatures: int | None = None,
    max_rsa_bits: int | None = None,
) -> list[FindingParts]:
    """The DKIM findings of one message. ``keys`` maps the name of a key record to its text or its Answer; what is not
    there does not exist."""

def verify_many(
    messages: Sequence[bytes],
    keys: Mapping[str, bytes | Answer],
    *,
    now: int,
    threads: int,
    line_ends: str = "fix-crlf",
    cache: KeyCache | None = None,
    max_signatures: int | None = None,
    max_rsa_bits: int | None = None,
) -> list[list[FindingParts]]:
    """The same for each of many messages, on so many threads at once, without the interpreter's lock."""

@final
class BatvRing:
    """Our keys for bounce addresses (draft-levine-smtp-batv §4.1).

    ``keys`` are (number, first day, secret), the number one digit, days counted since 1970, 20 octets at least. Raises
    ValueError for keys that could be taken for each other or guessed, and for what is no domain name.
    """

    def __new__(
        cls,
        keys: Sequence[tuple[int, int, bytes]],
        domains: Sequence[str],
        *,
        lifetime_days: int = 7,
        run_in_ends: int = 0,
    ) -> BatvRing: ...
    @property
    def lifetime_days(self) -> int: ...
    def tag(self, path: str, day: int) -> tuple[str, str | None]: ...
    def check(self, path: str, day: int) -> tuple[str, str]: ...

def untagged(path: str) -> str:
    """The address below any tag, ours or another's; for keys of history, never for delivery."""

def is_bounce_sender(mail_from: str) -> bool:
    """Whether mail from this reverse-path is a bounce: the null path, or a mailer daemon's."""

def write_results(authserv_id: str, results: Sequence[ResultParts], instance: int | None = None) -> bytes:
    """The value of an Authentication-Results field, or of ARC's with an instance, folded (RFC 8601 §2.2)."""

def parse_results(value: bytes, *, is_arc: bool = False) -> FieldParts:
    """Reads the value of such a field. Raises ValueError(what, at) where it breaks the grammar."""

def reported_results(header: bytes, ids: Sequence[str]) -> list[FieldParts]:
    """The fields under these identifiers that stand above the first Received field of a header (RFC 8601 §4.1)."""

def registered_methods() -> list[tuple[str, list[str]]]:
    """The methods that IANA lists, each with the properties it may tell of (RFC 8601 §2.7)."""

def write_vbr_info(domain: str, content: str, vouchers: Sequence[str]) -> str:
    """The value of a VBR-Info field, folded (RFC 5518 §4.1). Raises ValueError for what would not read as meant."""

class UnsignableMessage(ValueError):
    """A message that must not be signed: without From, with a lone CR or LF, beginning with a folded line, or with too
    large a header."""

@final
class SigningKey:
    """A private key, read once: PEM or DER (PKCS#1, PKCS#8), or an Ed25519 seed as 32 octets or base64.

    Raises ValueError for anything else, and for RSA below 2048 or above 4096 bits.
    """

    def __new__(cls, octets: bytes) -> SigningKey: ...
    @property
    def kind(self) -> str: ...
    @property
    def bits(self) -> int: ...
    @property
    def public_octets(self) -> bytes: ...

def beta_bounds(alpha: float, beta: float, doubt: float) -> tuple[float, float]:
    """The quantiles of ``doubt`` and of ``1 - doubt`` of Beta(alpha, beta)."""

def beta_cumulative(alpha: float, beta: float, rate: float) -> float:
    """The regularized incomplete beta function: the probability that a rate of Beta(alpha, beta) is below ``rate``."""

def beta_quantile(alpha: float, beta: float, probability: float) -> float:
    """The rate below which Beta(alpha, beta) lies with this probability."""

@final
class Outgoing:
    """A mail of ours on its way out: octets in, and then signatures over it. Its body is not kept.

    ``sign`` gives one DKIM-Signature field for each (domain, selector, key); raises :class:`UnsignableMessage` for a
    message that must not be signed, and ValueError for names or times that no signature can have.
    """

    def __new__(cls) -> Outgoing: ...
    def feed(self, octets: bytes) -> None: ...
    def finish(self) -> None: ...
    @property
    def author_domains(self) -> list[str]: ...
    @property
    def header(self) -> bytes: ...
    @property
    def field_spans(self) -> list[tuple[bytes, int, int]]: ...
    def forged_results(self, ours: Sequence[str]) -> list[int]: ...
    def sign(
        self, signers: Sequence[tuple[str, str, SigningKey]], *, now: int, expires: int | None = None
    ) -> list[bytes]: ...

def new_key(kind: str) -> bytes:
    """A new private key as PKCS#8 in DER: ``ed25519``, ``rsa2048``, ``rsa3072`` or ``rsa4096``."""

def read_dmarc_record(text: bytes) -> dict[str, Any] | None:
    """The tags of a DMARC Policy Record after their defaults, or ``None`` (RFC 9989 §4.7)."""

def dna_grade(text: bytes) -> str | None:
    """The grade of a DNA report, ``A`` to ``E``; ``None`` for text of another form (draft-ietf-marid-csv-dna §6)."""

def dna_service(target: str) -> str | None:
    """The service that the target of a PTR record names, if it names one (draft-ietf-marid-csv-dna §4)."""

def reasons() -> list[tuple[str, str]]:
    """Every (code, sentence) that a finding can have."""

def sign(message: bytes, *, domain: str, selector: str, key: str, now: int, expires: int | None = None) -> bytes:
    """A DKIM-Signature field to stand above the message (RFC 6376 §5), valid until ``expires`` (x=).

    Raises ValueError for a message without From or with a lone CR or LF, for a key that is not RSA or Ed25519 in PEM,
    and for an ``expires`` that is not after ``now``.
    """

def sign_often(
    message: bytes,
    signers: Sequence[tuple[str, str, SigningKey]],
    *,
    now: int | None = None,
    expires: int | None = None,
    identity: str | None = None,
    canonicalization: str = "relaxed/relaxed",
    names: Sequence[str] | None = None,
    tells_body_length: bool = False,
    copies_fields: bool = False,
    line_ends: str = "as-is",
) -> bytes:
    """One DKIM-Signature field for each (domain, selector, key), one below the other; none signs another one.

    ``names`` are those of h=, by default the usual ones. Raises ValueError as :func:`sign` does.
    """

def seal(
    message: bytes,
    *,
    domain: str,
    selector: str,
    key: SigningKey,
    authserv_id: str,
    results: Sequence[ResultParts],
    status: str,
    now: int | None = None,
    names: Sequence[str] | None = None,
    line_ends: str = "as-is",
) -> tuple[int, bytes, bytes, bytes]:
    """Instance, ARC-Seal, ARC-Message-Signature and ARC-Authentication-Results: a new set (RFC 8617 §5.1).

    ``status`` is ``none``, ``pass`` or ``fail``: what the message's chain was when it arrived. Raises
    :class:`UnsignableMessage` for a message that may not be sealed, ValueError for a request that contradicts it.
    """

def results_of(message: bytes, authserv_id: str) -> list[ResultParts]:
    """The results of every Authentication-Results field that bears this identifier."""
