"""The filter: strangers' mail goes down the line, our own is signed."""

from dataclasses import dataclass

from trustlane.milter.direction import Direction, OurMail
from trustlane.milter.events import MailStarted
from trustlane.milter.inbound import Inbound
from trustlane.milter.outbound import Outbound
from trustlane.milter.session import Client, FilteredMail


@dataclass(frozen=True, slots=True)
class Filter:
    """What a :class:`trustlane.milter.server.MilterServer` begins each mail with."""

    ours: OurMail
    inbound: Inbound
    outbound: Outbound

    def begin(self, client: Client, started: MailStarted) -> FilteredMail:
        """A mail has begun."""
        if self.ours.direction(client.ip, started.macros) is Direction.OUTBOUND:
            return self.outbound.begin(client, started)
        return self.inbound.begin(client, started)
