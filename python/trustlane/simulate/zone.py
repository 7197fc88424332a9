"""The zone of a scenario: what its senders publish, as master file text."""

from base64 import b64encode
from collections.abc import Sequence


class Zone:
    """Collects records, each once."""

    def __init__(self) -> None:
        self._records: dict[str, list[str]] = {}

    def key(self, domain: str, selector: str, public_octets: bytes) -> None:
        """A DKIM key record (RFC 6376 §3.6.1)."""
        self._put(
            f"{selector}._domainkey.{domain}", "TXT", f'"v=DKIM1; k=ed25519; p={b64encode(public_octets).decode()}"'
        )

    def sender(self, mail_from_domain: str, helo: str, networks: Sequence[str]) -> None:
        """SPF records of a domain and of its hosts (RFC 7208). Networks that several bring are all listed."""
        for network in networks:
            for name in (mail_from_domain, helo):
                self._put(name, "spf", f"ip4:{network}0/24")

    def author(self, domain: str) -> None:
        """A DMARC record that asks for nothing (RFC 9989 §4.7)."""
        self._put(f"_dmarc.{domain}", "TXT", '"v=DMARC1; p=none"')

    def text(self) -> str:
        """The master file."""
        return "".join(self._lines(owner, values) for owner, values in sorted(self._records.items()))

    def _put(self, owner: str, kind: str, value: str) -> None:
        values = self._records.setdefault(f"{owner} {kind}", [])
        if value not in values:
            values.append(value)

    def _lines(self, key: str, values: Sequence[str]) -> str:
        owner, kind = key.split(" ")
        if kind == "spf":
            return f'{owner}. TXT "v=spf1 {" ".join(values)} -all"\n'
        return "".join(f"{owner}. {kind} {value}\n" for value in values)
