"""The answer to a whole mail as packets: edits that change it, and the verdict that ends them."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from trustlane.delivery.edits import DeleteField, Edit, InsertField
from trustlane.delivery.reply import Reply
from trustlane.milter.codes import Actions, Response, Steps
from trustlane.milter.negotiate import Options
from trustlane.milter.packets import array, numbered, packet


@dataclass(frozen=True, slots=True)
class Answer:
    """What the MTA is told at the end of a mail: packets that change it, and the one that ends them."""

    changes: bytes
    verdict: bytes


ACCEPT = packet(Response.ACCEPT)
TEMPFAIL = packet(Response.TEMPFAIL)

TOP = 0
"""Where fields are inserted: above all that the mail has."""


def changes(edits: Iterable[Edit], options: Options) -> bytes:
    """Packets that make these edits.

    Deletions go first, and those of one name from the highest number down, so that every number still counts what it
    counted when the mail was read. Of the fields on top the first goes last.
    """
    edits = tuple(edits)
    deleted = sorted((edit for edit in edits if isinstance(edit, DeleteField)), key=lambda edit: -edit.index)
    inserted = [edit for edit in edits if isinstance(edit, InsertField)]
    space = b" " if Steps.HDR_LEADSPC in options.steps else b""
    packets = [numbered(Response.CHGHEADER, edit.index, edit.name.encode("latin-1"), b"") for edit in deleted]
    packets += [
        numbered(Response.INSHEADER, TOP, edit.name.encode("ascii"), space + _value(edit.value))
        for edit in reversed(inserted)
    ]
    return b"".join(packets)


def quarantine(reason: str, options: Options) -> bytes:
    """The packet that has the MTA hold the mail; nothing where the MTA cannot, and then the mail's fields tell."""
    if Actions.QUARANTINE not in options.actions:
        return b""
    return packet(Response.QUARANTINE, array([_printable(reason)]))


def sender(address: str, options: Options) -> bytes:
    """The packet that changes the reverse-path; nothing where the MTA cannot."""
    if Actions.CHGFROM not in options.actions:
        return b""
    return packet(Response.CHGFROM, array([f"<{address}>".encode()]))


def recipients(deleted: Iterable[bytes], added: Iterable[str], options: Options) -> bytes:
    """Packets that take recipients away, as the MTA wrote them, and add others."""
    return b"".join(_recipients(deleted, added, options))


def _recipients(deleted: Iterable[bytes], added: Iterable[str], options: Options) -> Iterator[bytes]:
    if Actions.DELRCPT in options.actions and Actions.ADDRCPT in options.actions:
        yield from (packet(Response.DELRCPT, array([path])) for path in deleted)
        yield from (packet(Response.ADDRCPT, array([f"<{address}>".encode()])) for address in added)


def refusal(reply: Reply) -> bytes:
    """The verdict that refuses a mail with this reply.

    A reply text goes through printf in some MTAs, so it holds no percent sign.
    """
    text = _printable(str(reply)).replace(b"%", b"?")
    return packet(Response.REPLYCODE, array([text]))


def _value(value: str) -> bytes:
    """Folds have LF alone on this wire."""
    return _LINE_END.sub(b"\n", value.encode("utf-8", "replace")).replace(b"\0", b"")


_LINE_END = re.compile(rb"\r?\n")


def _printable(text: str) -> bytes:
    return "".join(char if " " <= char <= "~" else "?" for char in text).encode("ascii")
