"""The same traffic as real mail: signed octets in a Maildir, and the zone that verifies them.

A key is made from the scenario's seed and the domain, so that the same scenario gives the same octets. It protects
nothing.
DNS outages are no part of it: one zone stands for all days.
"""

from datetime import UTC, datetime
from email.utils import format_datetime
from hashlib import sha256
from pathlib import Path

from trustlane._core import SigningKey, sign_often
from trustlane.errors import MessageError
from trustlane.simulate.letter import Letter, Route, helo, mail_from, relay_network
from trustlane.simulate.scenario import Scenario
from trustlane.simulate.text import words
from trustlane.simulate.zone import Zone

SELECTOR = "one"

_ED25519 = bytes.fromhex("302e020100300506032b657004220420")
"""What stands before the 32 octets of a private key in its PKCS #8 form (RFC 8410)."""


class MailWriter:
    """Writes letters below a folder: ``cur``, ``new`` and ``tmp`` make it a Maildir, ``zone.txt`` is its DNS."""

    def __init__(self, folder: Path, scenario: Scenario) -> None:
        """
        Raises:
            MessageError: the folder cannot be made.
        """
        self._folder = folder
        self._scenario = scenario
        self._zone = Zone()
        self._keys: dict[str, SigningKey] = {}
        self._number = 0
        try:
            for part in ("cur", "new", "tmp"):
                (folder / part).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise MessageError(f"{folder}: cannot be made: {error.strerror}") from error

    def write(self, letter: Letter) -> None:
        """One mail, as the site stored it."""
        octets = _trace(letter, self._scenario.site.domain, self._number) + self._signed(letter)
        path = self._folder / "new" / f"{int(letter.time)}.N{self._number}.{self._scenario.site.domain}"
        path.write_bytes(octets)
        self._number += 1
        self._publish(letter)

    def close(self) -> None:
        """Writes the zone."""
        (self._folder / "zone.txt").write_text(self._zone.text(), "utf-8")

    def _signed(self, letter: Letter) -> bytes:
        mail = _written(letter)
        for signer in letter.sender.signers:
            mail = self._sign(mail, signer, letter)
        if letter.route is Route.LIST:
            # A list adds its footer, which breaks what was signed, and signs for itself.
            mail = self._sign(mail + b"-- \r\nYou get this mail from a list.\r\n", letter.relay, letter)
        return mail

    def _sign(self, mail: bytes, signer: str, letter: Letter) -> bytes:
        # A replayed mail bears the date of the first.
        now = None if letter.route is Route.REPLAYED else int(letter.time)
        return sign_often(mail, [(signer, SELECTOR, self._key(signer))], now=now) + mail

    def _key(self, domain: str) -> SigningKey:
        if domain not in self._keys:
            secret = sha256(f"{self._scenario.seed}/key/{domain}".encode()).digest()
            self._keys[domain] = SigningKey(_ED25519 + secret)
            self._zone.key(domain, SELECTOR, self._keys[domain].public_octets)
        return self._keys[domain]

    def _publish(self, letter: Letter) -> None:
        sender = letter.sender
        if sender.population.publishes:
            self._zone.sender(sender.mail_from_domain, sender.helo, sender.networks)
            self._zone.author(sender.domain)
        if letter.route in (Route.LIST, Route.FORWARDED):
            self._zone.sender(letter.relay, f"mx.{letter.relay}", (relay_network(letter.relay),))


def _written(letter: Letter) -> bytes:
    """What the author wrote. All copies of a replayed mail are the same octets."""
    is_copy = letter.route is Route.REPLAYED
    name = letter.signature if is_copy else letter.id
    to = f"undisclosed@{letter.sender.domain}" if is_copy else letter.rcpt
    date = "Thu, 01 Jan 2026 00:00:00 +0000" if is_copy else _date(letter.time)
    fields = [
        f"From: <{letter.address}>",
        f"To: <{to}>",
        f"Subject: {words(name, 4)}",
        f"Date: {date}",
        f"Message-ID: <{name}@{letter.sender.domain}>",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=us-ascii",
    ]
    return "\r\n".join([*fields, "", words(f"{name}/1", 40), "", words(f"{name}/2", 30), ""]).encode()


def _trace(letter: Letter, site: str, number: int) -> bytes:
    name = helo(letter)
    score = [f"X-Spam-Score: {letter.score}"] if letter.score is not None else []
    fields = [
        f"Return-Path: <{mail_from(letter)}>",
        f"Received: from {name} ({name} [{letter.ip}])\r\n\tby mx.{site} with ESMTP id {number}\r\n"
        f"\tfor <{letter.rcpt}>; {_date(letter.time)}",
        *score,
    ]
    return "\r\n".join([*fields, ""]).encode()


def _date(time: float) -> str:
    return format_datetime(datetime.fromtimestamp(int(time), UTC))
