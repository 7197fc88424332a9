"""What comes of each fault of DNS for each method; the table in docs/dns.md is this one."""

from tests.line.dns.fault_server import Fault

METHODS = ("dkim", "spf", "dmarc", "iprev", "arc", "csa", "sender-id")

PASS = ("pass",) * len(METHODS)
NO_NAME = ("permerror", "none", "none", "permerror", "fail", "none", "fail")
NO_RECORD = ("permerror", "none", "none", "permerror", "fail", "none", "none")
NO_ANSWER = ("temperror",) * len(METHODS)

TABLE: list[tuple[Fault, str, tuple[str, ...], str]] = [
    (Fault.DROP_FIRST, "the first query is lost", PASS, "it is sent again"),
    (Fault.DELAY, "the answer comes after the query was sent again", PASS, "the late answer counts"),
    (Fault.TRUNCATE, "the answer is truncated", PASS, "it is asked for over TCP"),
    (Fault.WRONG_QUESTION, "an answer to another question", PASS, "over TCP the right one comes"),
    (Fault.OTHER_CASE, "the question comes back in another spelling", PASS, "asked again over TCP"),
    (Fault.NOT_A_RESPONSE, "our own query comes back", PASS, "asked again over TCP"),
    (Fault.WRONG_ID_FLOOD, "many answers under other identifiers", PASS, "the port is given up; asked again over TCP"),
    (Fault.GARBAGE_BEFORE, "garbage, then the answer", PASS, "garbage is passed over"),
    (Fault.DAMAGED, "an answer that is cut off", PASS, "asked again over TCP"),
    (Fault.TRAILING_JUNK, "an answer with octets after its end", PASS, "asked again over TCP"),
    (Fault.FORMERR_TO_EDNS, "FORMERR to EDNS", PASS, "asked again without EDNS, and remembered"),
    (Fault.BARE_FORMERR_TO_EDNS, "FORMERR to EDNS, without the question", PASS, "asked again without EDNS"),
    (Fault.TTL_ZERO, "a time to live of nought", PASS, "good for this once"),
    (Fault.TTL_OVERFLOW, "a time to live beyond 2^31", PASS, "good for this once"),
    (Fault.CNAME_CHAIN, "three aliases before the record", PASS, "the shortest time to live counts"),
    (Fault.NXDOMAIN, "NXDOMAIN", NO_NAME, "there is no such name: no fault, and nothing to wait for"),
    (Fault.NODATA, "NOERROR without records", NO_RECORD, "there is no such record: the same"),
    (Fault.NO_SOA, "NXDOMAIN without SOA", NO_NAME, "the same; it is not kept"),
    (Fault.CNAME_DANGLING, "an alias to a name that does not exist", NO_NAME, "the same"),
    (Fault.HUGE, "some 200 long records", NO_RECORD, "all are read; none is ours"),
    (Fault.SERVFAIL, "SERVFAIL", NO_ANSWER, "the next server, if there is one; then not for failure_seconds"),
    (Fault.REFUSED, "REFUSED", NO_ANSWER, "the same"),
    (Fault.NOTIMP, "NOTIMP", NO_ANSWER, "the same, after a try without EDNS"),
    (Fault.FORMERR, "FORMERR", NO_ANSWER, "the same, after a try without EDNS"),
    (Fault.DROP, "nothing comes", NO_ANSWER, "sent again, to each server, until the deadline"),
    (Fault.GARBAGE, "garbage comes", NO_ANSWER, "passed over; as if nothing came"),
    (Fault.WRONG_ID, "an answer under another identifier", NO_ANSWER, "passed over; as if nothing came"),
    (Fault.CNAME_LOOP, "aliases in a circle", NO_ANSWER, "no answer, over TCP either"),
    (Fault.DAMAGED_EVERYWHERE, "damaged by UDP and over TCP", NO_ANSWER, "the next server, if there is one"),
    (Fault.WRONG_QUESTION_EVERYWHERE, "another question's answer, over TCP too", NO_ANSWER, "the same"),
    (Fault.TRUNCATE_TCP_CLOSED, "truncated, and TCP is closed at once", NO_ANSWER, "the same"),
    (Fault.TRUNCATE_TCP_GARBAGE, "truncated, and garbage over TCP", NO_ANSWER, "the same"),
    (Fault.TRUNCATE_TCP_SILENT, "truncated, and silence over TCP", NO_ANSWER, "the same, after some time"),
]
"""Fault, what the server does, the result of each method while only its own questions meet the fault, and why."""


def as_markdown() -> str:
    heads = ["the server", *METHODS, "because"]
    rows = [[what, *results, why] for _, what, results, why in TABLE]
    return "\n".join("| " + " | ".join(row) + " |" for row in [heads, ["---"] * len(heads), *rows])
