"""Who is timed: the core and its peers in Rust, in a process of their own, and all that runs in Python."""

import gc
import logging
import subprocess
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import dkim as dkimpy

import trustlane
from cases import DOMAIN, NOW, Case
from trustlane import _core, reference
from trustlane._core import SigningKey, sign_often

CHUNK_OCTETS = 16 * 1024
"""What a streamed mail is cut into; a usual read from a socket."""

MAILS_AT_ONCE = 64
"""Mails in one call to the verifier of many."""

Call = Callable[[], object]


class Peers:
    """The program of rust/peers, which times what is written in Rust by itself."""

    def __init__(self, program: Path, folder: Path) -> None:
        self._folder = folder
        self._written: dict[str, Path] = {}
        self._process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def microseconds(self, contender: str, case: Case, milliseconds: int) -> float:
        """Of the fastest call for one mail within the time."""
        if case.name not in self._written:
            self._written[case.name] = self._folder / str(len(self._written))
            case.write(self._written[case.name])
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(f"{contender}\t{self._written[case.name]}\t{milliseconds}\n")
        self._process.stdin.flush()
        return float(self._process.stdout.readline()) / 1e3

    def close(self) -> None:
        self._process.communicate()


def microseconds(call: Call, milliseconds: int) -> float:
    """Of the fastest call within the time, or of the one that takes longer. The collector of garbage is still."""
    clock = time.perf_counter_ns
    end = clock() + milliseconds * 1_000_000
    fastest = float("inf")
    gc.disable()
    while True:
        began = clock()
        call()
        ended = clock()
        fastest = min(fastest, ended - began)
        if ended >= end:
            gc.enable()
            return fastest / 1e3


def verify_one(case: Case) -> Call:
    return partial(trustlane.dkim.verify_one, case.mail, case.keys, now=NOW)


def core_verify_one(case: Case) -> Call:
    return partial(_core.verify_one, case.mail, case.keys, now=NOW, cache=trustlane.dkim.KEYS)


def streamed(case: Case) -> Call:
    chunks = [case.mail[at : at + CHUNK_OCTETS] for at in range(0, len(case.mail), CHUNK_OCTETS)]

    def call() -> object:
        arrival = trustlane.dkim.Arrival(now=NOW)
        for chunk in chunks:
            arrival.feed(chunk)
        arrival.finish()
        return arrival.findings(case)

    return call


def many(case: Case) -> Call:
    return partial(trustlane.dkim.verify_many, [case.mail] * MAILS_AT_ONCE, case.keys, now=NOW)


def plain_python(case: Case) -> Call:
    return partial(reference.examine, case.mail, resolver=case, now=NOW)


def verify_by_dkimpy(case: Case) -> Call:
    records = {f"{signer.key_name}.".encode(): signer.record for signer in case.signers}

    def call() -> None:
        for number in range(len(case.signers)):
            is_good = dkimpy.DKIM(case.mail, logger=_SILENT).verify(number, dnsfunc=lambda name, timeout: records[name])
            assert is_good

    return call


def sign(case: Case) -> Call:
    signers = [(DOMAIN, signer.selector, SigningKey(signer.pkcs8)) for signer in case.signers]
    return partial(sign_often, case.unsigned, signers, now=NOW, line_ends="fix-crlf")


def sign_by_dkimpy(case: Case) -> Call:
    def call() -> None:
        for signer in case.signers:
            algorithm = b"rsa-sha256" if b"RSA PRIVATE" in signer.pem else b"ed25519-sha256"
            dkimpy.sign(
                case.unsigned,
                signer.selector.encode(),
                DOMAIN.encode(),
                signer.pem,
                canonicalize=(b"relaxed", b"relaxed"),
                signature_algorithm=algorithm,
            )

    return call


_SILENT = logging.Logger("dkimpy")
_SILENT.addHandler(logging.NullHandler())
