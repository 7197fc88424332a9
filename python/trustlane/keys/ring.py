"""The keys of a site in memory: read once, and asked for every mail that leaves."""

from collections.abc import Iterable

from trustlane.keys.stored import StoredKey


class KeyRing:
    """A snapshot of a :class:`trustlane.keys.KeyTable`; make a new one when the table has changed."""

    def __init__(self, keys: Iterable[StoredKey] = ()) -> None:
        self._by_domain: dict[str, list[StoredKey]] = {}
        for key in sorted(keys, key=lambda key: key.active_from):
            self._by_domain.setdefault(key.domain, []).append(key)

    def __len__(self) -> int:
        return sum(map(len, self._by_domain.values()))

    def signers(self, domain: str, now: float) -> list[StoredKey]:
        """The keys to sign with for this domain: of each kind the active one that began last, RSA first.

        A domain without keys is signed for by the nearest domain above it that has any.

        Args:
            domain: lower case A-labels.
            now: Unix seconds.
        """
        while domain:
            active = [key for key in self._by_domain.get(domain, ()) if key.is_active(now)]
            if active:
                latest = {key.signing_key.kind: key for key in active}
                return [latest[kind] for kind in sorted(latest, reverse=True)]
            domain = domain.partition(".")[2]
        return []
