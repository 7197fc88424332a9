"""How often each key may ask."""

from trustlane.message import Instant


class Rates:
    """Counts requests by key and minute; a worker counts its own."""

    def __init__(self) -> None:
        self._asked: dict[str, tuple[int, int]] = {}

    def wait_seconds(self, name: str, most: int, now: Instant) -> int:
        """Counts one request; gives how long the key must wait, or 0 where it need not."""
        minute = int(now // 60)
        of_minute, count = self._asked.get(name, (minute, 0))
        count = count + 1 if of_minute == minute else 1
        self._asked[name] = minute, count
        return 60 - int(now % 60) if count > most else 0
