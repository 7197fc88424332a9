"""Verdicts of content filters, as they stand in header fields that the filter wrote.

Anybody can write such a field. Whoever calls this has made sure that the filter did: the mail came from its host, or
the field stands above ours.
"""

import re
from collections.abc import Iterable

from trustlane.ledger import Kind


def _yes_or_no(value: str) -> Kind | None:
    word = re.split(r"[\s,;]", value.strip().lower(), maxsplit=1)[0]
    return {"yes": Kind.JUNK, "true": Kind.JUNK, "no": Kind.CLEAN, "false": Kind.CLEAN}.get(word)


def _action(value: str) -> Kind | None:
    """Of rspamd; what it only delays is not judged yet."""
    action = " ".join(value.lower().split(";")[0].split())
    if action in ("add header", "rewrite subject", "quarantine", "reject", "discard"):
        return Kind.JUNK
    return Kind.CLEAN if action == "no action" else None


def _result(value: str) -> Kind | None:
    """Of rspamd, as ``default: False [-0.10 / 15.00]``."""
    found = re.match(r"\s*[\w.-]{1,64}:\s*(\w{1,5})\b", value)
    return _yes_or_no(found[1]) if found else None


READERS = {
    "x-spam-status": _yes_or_no,
    "x-spam-flag": _yes_or_no,
    "x-spam": _yes_or_no,
    "x-spam-action": _action,
    "x-rspamd-action": _action,
    "x-spamd-result": _result,
}
"""Fields that can be read: of SpamAssassin and amavis the first two, of rspamd all but those."""


def verdict_of(fields: Iterable[tuple[str, str]], trusted: Iterable[str]) -> Kind | None:
    """``JUNK`` or ``CLEAN`` by the topmost field that tells; ``None`` where none does.

    Args:
        fields: names and values, from the top.
        trusted: names of fields that are believed, in any case.
    """
    believed = {name.lower() for name in trusted} & READERS.keys()
    for name, value in fields:
        if name.lower() in believed and (kind := READERS[name.lower()](value)):
            return kind
    return None
