"""What we ask of the MTA, out of what it offers."""

import struct
from dataclasses import dataclass

from trustlane.errors import PeerError
from trustlane.milter.codes import OLDEST_VERSION, SILENT, VERSION, Actions, Command, Stage, Steps
from trustlane.milter.packets import packet

WANTED_ACTIONS = (
    Actions.ADDHDRS
    | Actions.CHGHDRS
    | Actions.QUARANTINE
    | Actions.CHGFROM
    | Actions.ADDRCPT
    | Actions.DELRCPT
    | Actions.SETSYMLIST
)

NEEDED_ACTIONS = Actions.ADDHDRS | Actions.CHGHDRS
"""Without these, forged fields would stay and ours would be missing."""

USELESS_STEPS = Steps.NOUNKNOWN | Steps.NODATA
"""What tells us nothing."""

WANTED_MACROS = {
    Stage.CONNECT: "j {daemon_name} {if_name} {if_addr} v",
    Stage.HELO: "{tls_version} {cipher}",
    Stage.MAIL: "i {auth_type} {auth_authen} {auth_author} {mail_addr}",
    Stage.RCPT: "{rcpt_mailer} {rcpt_addr}",
    Stage.EOM: "i",
}
"""Macros by stage. An MTA that cannot be asked sends the ones it is set to; any may be missing."""


@dataclass(frozen=True, slots=True)
class Options:
    """What both sides keep to.

    Attributes:
        version: of the protocol, 2 to 6.
        actions: what we may do to a mail.
        steps: what the MTA leaves out, and how it sends the rest.
    """

    version: int
    actions: Actions
    steps: Steps

    def is_silent(self, command: int) -> bool:
        """Whether this command gets no reply."""
        bit = _SILENT.get(command)
        return bit is not None and bool(self.steps & bit)


_SILENT: dict[int, Steps] = {int(command): bit for command, bit in SILENT.items()}


def negotiated(offer: bytes, *, speaks_at: frozenset[Command] = frozenset()) -> Options:
    """The options for an offer: a subset of it, whatever we would like.

    Args:
        offer: the data of the MTA's OPTNEG packet: version, actions, steps.
        speaks_at: commands to which we want to reply.

    Raises:
        PeerError: the offer cannot be read, is of another protocol, or lacks what we cannot do without.
    """
    if len(offer) < _OPTIONS.size:
        raise PeerError(0, "", "an offer of options that is too short")
    version, actions, steps = _OPTIONS.unpack_from(offer)
    if version < OLDEST_VERSION:
        raise PeerError(0, "", f"version {version} of the protocol")
    offered = Actions(actions & _KNOWN_ACTIONS)
    if NEEDED_ACTIONS & ~offered:
        raise PeerError(0, "", "the MTA does not let header fields be added and changed")
    wanted = USELESS_STEPS | Steps.HDR_LEADSPC | Steps.SKIP | Steps.MDS_1M | Steps.MDS_256K
    for command, bit in SILENT.items():
        if command not in speaks_at:
            wanted |= bit
    return Options(min(version, VERSION), offered & WANTED_ACTIONS, _agreed(Steps(steps & _KNOWN_STEPS) & wanted))


def _agreed(steps: Steps) -> Steps:
    """One size of packets at most: the largest."""
    return steps & ~Steps.MDS_256K if steps & Steps.MDS_1M else steps


def reply(options: Options) -> bytes:
    """Our OPTNEG packet, with the macros we wish for where the MTA lets us wish."""
    lists = b""
    if options.actions & Actions.SETSYMLIST:
        for stage, names in WANTED_MACROS.items():
            lists += struct.pack("!I", stage) + names.encode() + b"\0"
    return packet(Command.OPTNEG, _OPTIONS.pack(options.version, options.actions, options.steps) + lists)


_OPTIONS = struct.Struct("!III")
_KNOWN_ACTIONS = sum(Actions)
_KNOWN_STEPS = sum(Steps)
