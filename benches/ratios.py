"""The table of ratios: every verifier beside the floor under all of them, in one run.

    python benches/ratios.py PEERS [--rounds N] [--out FILE]

Contenders take turns, in many short rounds, and each counts with its fastest call, so that what else the machine does
weighs on none of them more than on another. The floor is the bare SHA-256 of the body and one bare verification (or
signature) for each signature with a key that is parsed already, by aws-lc-rs. Cells are times as long as the floor.
"""

import argparse
import os
import platform
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path

import contenders
from bodies import BODIES
from cases import SIZES, Case, case
from contenders import Peers
from trustlane.cli.bench import cpu

MILLISECONDS = 20
"""Time of one contender in one round; a call that takes longer is not cut short."""

Timed = Callable[[int], float]
"""Microseconds of the fastest call for one mail within so many milliseconds."""

CORE, ONE, MANY, PEER, DKIMPY = "core", "trustlane", "many", "mail-auth", "dkimpy"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("peers", type=Path)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        peers = Peers(options.peers, Path(folder))
        lines = []
        for line in report(peers, options.rounds):
            print(line, flush=True)
            lines.append(line)
        peers.close()
    if options.out:
        options.out.write_text("\n".join(lines) + "\n")


def report(peers: Peers, rounds: int) -> Iterator[str]:
    yield f"{cpu()}; {os.cpu_count()} cores; Python {platform.python_version()}; fastest of {rounds} rounds"
    yield ""
    verified = {one.name: measured(verifying(peers, one), rounds) for one in verified_cases()}
    yield from table("verification", verified, "floor")
    signed = {one.name: measured(signing(peers, one), rounds) for one in signed_cases()}
    yield from table("signing", signed, "floor")
    hashed = {kind: measured(hashing(peers, case(kind, "50 KB")), rounds) for kind in BODIES}
    yield from table("hash of the body", hashed, "bare SHA-256")
    yield from marks(verified, hashed)


def verified_cases() -> Iterator[Case]:
    for size in SIZES:
        yield case("text", size)
    for body in ("stray blanks", "HTML", "base64"):
        yield case(body, "50 KB")
    yield case("text", "50 KB", forms=("simple",))
    for kind in ("RSA-1024", "RSA-4096", "Ed25519"):
        yield case("text", "5 KB", (kind,))
    yield case("text", "5 KB", ("RSA-2048", "RSA-2048"))
    yield case("text", "5 KB", ("RSA-2048", "RSA-2048", "Ed25519"))
    yield case("text", "50 KB", ("RSA-2048", "RSA-2048"), ("relaxed", "simple"))


def signed_cases() -> Iterator[Case]:
    for kinds in (("RSA-2048",), ("RSA-4096",), ("Ed25519",), ("RSA-2048", "Ed25519")):
        yield case("text", "5 KB", kinds)
    yield case("text", "50 KB")


def verifying(peers: Peers, mail: Case) -> dict[str, Timed]:
    in_rust = {"floor": "floor", CORE: "core", "core, streamed": "core, streamed", "core, many": "core, many"}
    many = python(contenders.many(mail))
    return {
        **{head: partial(peers.microseconds, name, mail) for head, name in in_rust.items()},
        ONE: python(contenders.verify_one(mail)),
        "streamed": python(contenders.streamed(mail)),
        MANY: lambda milliseconds: many(milliseconds) / contenders.MAILS_AT_ONCE,
        PEER: partial(peers.microseconds, "mail-auth", mail),
        "pure Python": python(contenders.plain_python(mail)),
        DKIMPY: python(contenders.verify_by_dkimpy(mail)),
    }


def signing(peers: Peers, mail: Case) -> dict[str, Timed]:
    in_rust = {"floor": "floor of signing", CORE: "core signs", PEER: "mail-auth signs"}
    return {
        **{head: partial(peers.microseconds, name, mail) for head, name in in_rust.items()},
        ONE: python(contenders.sign(mail)),
        DKIMPY: python(contenders.sign_by_dkimpy(mail)),
    }


def hashing(peers: Peers, mail: Case) -> dict[str, Timed]:
    names = {"bare SHA-256": "hash", "simple": "simple body", "relaxed": "relaxed body"}
    return {head: partial(peers.microseconds, name, mail) for head, name in names.items()}


def python(call: contenders.Call) -> Timed:
    return partial(contenders.microseconds, call)


def measured(timed: Mapping[str, Timed], rounds: int) -> dict[str, float]:
    """Microseconds of each contender's fastest call over all rounds; they take turns."""
    fastest = dict.fromkeys(timed, float("inf"))
    for _ in range(rounds):
        for name, one in timed.items():
            fastest[name] = min(fastest[name], one(MILLISECONDS))
    return fastest


Measured = Mapping[str, Mapping[str, float]]
"""Microseconds by row and by contender."""


def table(title: str, rows: Measured, floor: str) -> Iterator[str]:
    heads = [name for name in next(iter(rows.values())) if name != floor]
    yield _row([title, floor, *heads])
    yield _row(["---", *["---:"] * (len(heads) + 1)])
    for name, found in rows.items():
        yield _row([name, f"{found[floor]:.1f} µs", *(_ratio(found[head] / found[floor]) for head in heads)])
    yield ""


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _ratio(ratio: float) -> str:
    return f"{ratio:.2f}" if ratio < 10 else f"{ratio:.0f}"


def marks(verified: Measured, hashed: Measured) -> Iterator[str]:
    """What trustlane set itself, and what this run found."""
    letter, note = verified[case("text", "50 KB").name], verified[case("text", "2 KB").name]
    yield _row(["mark", "wanted", "found", ""])
    yield _row(["---", "---:", "---:", "---"])
    yield _mark("50 KB, RSA-2048, from Rust: times the floor", "at most", 1.25, letter[CORE] / letter["floor"])
    yield _mark("50 KB, RSA-2048, from Python: times the floor", "at most", 1.35, letter[ONE] / letter["floor"])
    yield _mark("50 KB: times as fast as dkimpy", "at least", 40, letter[DKIMPY] / letter[ONE])
    yield _mark("50 KB: times as fast as mail-auth", "at least", 4, letter[PEER] / letter[CORE])
    yield _mark("2 KB: times as fast as mail-auth", "at least", 1.5, note[PEER] / note[CORE])
    for body, wanted in (("base64", 0.9), ("HTML", 0.8)):
        share = hashed[body]["bare SHA-256"] / hashed[body]["relaxed"]
        yield _mark(f"hash of a relaxed body of {body}: share of bare SHA-256", "at least", wanted, share)
    yield _mark("one call from Python: µs beyond the core", "at most", 3, note[ONE] - note[CORE])
    yield _mark("many at once on this machine's cores: times as fast as one", "at least", 1, letter[ONE] / letter[MANY])


def _mark(what: str, sense: str, wanted: float, found: float) -> str:
    is_reached = found <= wanted if sense == "at most" else found >= wanted
    return _row([what, f"{sense} {wanted:g}", f"{found:.2f}", "" if is_reached else "**missed**"])


if __name__ == "__main__":
    sys.exit(main())
