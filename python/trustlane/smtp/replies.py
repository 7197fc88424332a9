"""Every reply that the SMTP server gives by itself, in one table (RFC 5321 §4.2, RFC 3463, RFC 2034 §4)."""

from trustlane.delivery.reply import Reply
from trustlane.errors import PeerError

START_TLS = Reply(220, "2.0.0", "Begin TLS")
CLOSING = Reply(221, "2.0.0", "Closing the session")
HELP = Reply(214, "2.0.0", "This server speaks RFC 5321; see https://www.rfc-editor.org/rfc/rfc5321")
RESET = Reply(250, "2.0.0", "Reset")
NOTHING_DONE = Reply(250, "2.0.0", "Nothing done")
SENDER_TAKEN = Reply(250, "2.1.0", "Sender taken")
RECIPIENT_TAKEN = Reply(250, "2.1.5", "Recipient taken")
NOT_VERIFIED = Reply(252, "2.1.5", "Not verified here; send mail and it will be tried")
CHUNK_TAKEN = Reply(250, "2.0.0", "Chunk taken")
START_CONTENT = Reply(354, "", "Send the mail, end it with CRLF.CRLF")

SHUTTING_DOWN = Reply(421, "4.3.2", "Shutting down; try again")
TOO_MANY_SESSIONS = Reply(421, "4.3.2", "Too many sessions; try again later")
IDLE_TOO_LONG = Reply(421, "4.4.2", "No command came in time")
TOO_MANY_BAD_COMMANDS = Reply(421, "4.7.0", "Too many bad commands")
TOO_MANY_TRANSACTIONS = Reply(421, "4.7.0", "Enough for one session; connect again")
TOO_MUCH_AHEAD = Reply(421, "4.7.0", "Too much sent ahead of our reply")
LOCAL_ERROR = Reply(451, "4.3.0", "Error on this server; try again later")
TOO_MANY_RECIPIENTS = Reply(452, "4.5.3", "Too many recipients; send the mail again for the others")

UNKNOWN_COMMAND = Reply(500, "5.5.1", "Command not known")
BROKEN_LINE = Reply(500, "5.5.2", "A command ends with CRLF and has no CR, LF or NUL inside")
LINE_TOO_LONG = Reply(500, "5.5.2", "Command line too long")
NO_ARGUMENT = Reply(501, "5.5.4", "This command takes no argument")
ARGUMENT_MISSING = Reply(501, "5.5.4", "This command needs an argument of printable US-ASCII")
BAD_PARAMETER = Reply(501, "5.5.4", "Parameter is malformed or given twice")
BAD_SENDER = Reply(501, "5.1.7", "Syntax is MAIL FROM:<address>")
BAD_RECIPIENT = Reply(501, "5.1.3", "Syntax is RCPT TO:<address>")
NOT_OFFERED = Reply(502, "5.5.1", "Command not offered here")
BAD_SEQUENCE = Reply(503, "5.5.1", "Commands out of sequence")
CONTENT_MALFORMED = Reply(550, "5.6.0", "Mail has a CR or LF that is not part of a CRLF")
TEXT_LINE_TOO_LONG = Reply(550, "5.6.0", "Mail has a line that is too long")
MESSAGE_TOO_BIG = Reply(552, "5.3.4", "Mail is bigger than SIZE allows")
NON_ASCII_ADDRESS = Reply(553, "5.6.7", "Address is not US-ASCII, and SMTPUTF8 is not offered here")
NOT_DECLARED = Reply(553, "5.6.7", "Address is not US-ASCII, and MAIL did not say SMTPUTF8")
OUT_OF_TURN = Reply(554, "5.5.0", "Sent before it was its turn")
BAD_CHUNK = Reply(554, "5.5.4", "Syntax is BDAT octets [LAST]; what follows cannot be told from commands")
NO_RECIPIENTS = Reply(554, "5.5.1", "No valid recipients")
PARAMETER_UNKNOWN = Reply(555, "5.5.4", "Parameter not known")

MAX_REPLY_OCTETS = 512
"""Of a reply line with its CRLF (RFC 5321 §4.5.3.1.5)."""


def fault(reply: Reply) -> PeerError:
    """The exception by which a parser gives this reply."""
    return PeerError(reply.code, reply.enhanced_code, reply.text)


def octets(reply: Reply) -> bytes:
    """One reply line; whatever the text holds, it stays one line of printable US-ASCII and keeps its length."""
    text = str(reply)[: MAX_REPLY_OCTETS - 2]
    if not (text.isascii() and text.isprintable()):
        text = "".join(char if " " <= char <= "~" else "?" for char in text)
    return text.encode("ascii") + b"\r\n"


def greeting(hostname: str) -> bytes:
    """The first line; it says no more than it must (RFC 5321 §7.5)."""
    return b"220 %s ESMTP\r\n" % hostname.encode("ascii")


def hello(hostname: str) -> bytes:
    """The answer to HELO."""
    return b"250 %s\r\n" % hostname.encode("ascii")


def extensions(hostname: str, max_message_octets: int, *others: str) -> bytes:
    """The answer to EHLO: the extensions, one a line (RFC 5321 §4.1.1.1)."""
    lines = (
        hostname,
        "PIPELINING",
        f"SIZE {max_message_octets}",
        "8BITMIME",
        *others,
        "CHUNKING",
        "ENHANCEDSTATUSCODES",
    )
    return b"".join(b"250-%s\r\n" % line.encode("ascii") for line in lines[:-1]) + b"250 %s\r\n" % lines[-1].encode()
