"""The words of the milter protocol, version 6: commands, replies, options.

No RFC describes it; the names are those of Sendmail's libmilter without their prefixes, and so are the numbers.
"""

from enum import IntEnum, IntFlag

VERSION = 6

OLDEST_VERSION = 2
"""Version 1 knew no end of header and no changes of header fields; no MTA has spoken it since 2001."""


class Command(IntEnum):
    """What the MTA says (``SMFIC_``)."""

    ABORT = ord("A")
    BODY = ord("B")
    CONNECT = ord("C")
    MACRO = ord("D")
    BODYEOB = ord("E")
    HELO = ord("H")
    QUIT_NC = ord("K")
    HEADER = ord("L")
    MAIL = ord("M")
    EOH = ord("N")
    OPTNEG = ord("O")
    QUIT = ord("Q")
    RCPT = ord("R")
    DATA = ord("T")
    UNKNOWN = ord("U")


class Response(IntEnum):
    """What the filter says (``SMFIR_``)."""

    ADDRCPT = ord("+")
    DELRCPT = ord("-")
    ADDRCPT_PAR = ord("2")
    ACCEPT = ord("a")
    CONTINUE = ord("c")
    DISCARD = ord("d")
    CHGFROM = ord("e")
    ADDHEADER = ord("h")
    INSHEADER = ord("i")
    CHGHEADER = ord("m")
    PROGRESS = ord("p")
    QUARANTINE = ord("q")
    REJECT = ord("r")
    SKIP = ord("s")
    TEMPFAIL = ord("t")
    REPLYCODE = ord("y")


class Actions(IntFlag):
    """What a filter may do to a mail (``SMFIF_``)."""

    ADDHDRS = 0x001
    CHGBODY = 0x002
    ADDRCPT = 0x004
    DELRCPT = 0x008
    CHGHDRS = 0x010
    QUARANTINE = 0x020
    CHGFROM = 0x040
    ADDRCPT_PAR = 0x080
    SETSYMLIST = 0x100


class Steps(IntFlag):
    """What the MTA leaves out, and which commands get no reply (``SMFIP_``)."""

    NOCONNECT = 0x0000_0001
    NOHELO = 0x0000_0002
    NOMAIL = 0x0000_0004
    NORCPT = 0x0000_0008
    NOBODY = 0x0000_0010
    NOHDRS = 0x0000_0020
    NOEOH = 0x0000_0040
    NR_HDR = 0x0000_0080
    NOUNKNOWN = 0x0000_0100
    NODATA = 0x0000_0200
    SKIP = 0x0000_0400
    RCPT_REJ = 0x0000_0800
    NR_CONN = 0x0000_1000
    NR_HELO = 0x0000_2000
    NR_MAIL = 0x0000_4000
    NR_RCPT = 0x0000_8000
    NR_DATA = 0x0001_0000
    NR_UNKN = 0x0002_0000
    NR_EOH = 0x0004_0000
    NR_BODY = 0x0008_0000
    HDR_LEADSPC = 0x0010_0000
    MDS_256K = 0x1000_0000
    MDS_1M = 0x2000_0000


class Stage(IntEnum):
    """The moments at which macros are sent (``SMFIM_``)."""

    CONNECT = 0
    HELO = 1
    MAIL = 2
    RCPT = 3
    DATA = 4
    EOM = 5
    EOH = 6


SILENT = {
    Command.CONNECT: Steps.NR_CONN,
    Command.HELO: Steps.NR_HELO,
    Command.MAIL: Steps.NR_MAIL,
    Command.RCPT: Steps.NR_RCPT,
    Command.DATA: Steps.NR_DATA,
    Command.UNKNOWN: Steps.NR_UNKN,
    Command.HEADER: Steps.NR_HDR,
    Command.EOH: Steps.NR_EOH,
    Command.BODY: Steps.NR_BODY,
}
"""The option under which a command gets no reply."""
