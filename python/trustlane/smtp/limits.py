"""How much SMTP sessions may ask of us. Every number has its source; over each of them there is a reply."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of a session, and of all of them; the reply over each stands in :mod:`trustlane.smtp.replies`.

    Attributes:
        max_command_octets: of a command line with its CRLF. RFC 5321 §4.5.3.1.4 asks for 512; to MAIL, RFC 1870 §3
            adds 26 and BODY=8BITMIME (RFC 6152 §2) 14; long paths (below) need the rest. Over it: 500 5.5.2.
        max_path_octets: with angle brackets. RFC 5321 §4.5.3.1.3 asks for 256 and wishes for no limit; bounce addresses
            that carry a recipient are longer than that in practice. Over it: 501 5.1.7 or 501 5.1.3.
        max_domain_octets: RFC 5321 §4.5.3.1.2; longer names cannot stand in DNS. Over it: 501 5.1.7 or 501 5.1.3.
        max_line_octets: of a text line with its CRLF. RFC 5321 §4.5.3.1.6 asks for 1000, but much wanted mail has whole
            HTML pages on one line; an operator who wants the standard's line sets 1000. Over it: 550 5.6.0.
        max_recipients: RFC 5321 §4.5.3.1.8 asks for 100. Over it: 452 4.5.3, and those before it stay (§4.5.3.1.10).
        max_message_octets: offered as SIZE (RFC 1870 §4). Over it: 552 5.3.4, at MAIL if declared, else after the data.
        max_bad_commands: grammar and sequence errors of a session; guessing clients stop here (RFC 5321 §7.8). The one
            that reaches it: 421 4.7.0.
        max_transactions: in one session, so that a busy client meets a restarted server at times. Over it: 421 4.7.0.
        max_pending_octets: what a client may send ahead while its mail awaits our reply (RFC 2920 §3.1). Room for the
            commands of the next mail; reading pauses above it. A multiple of this ends the session with 421 4.7.0.
        max_sessions: at one time, over all clients (RFC 5321 §4.5.4.2). The next one gets 421 4.3.2.
        offers_submitter: whether SUBMITTER is offered after EHLO, and so taken at MAIL (RFC 4405 §3).
        idle_seconds: without one whole command, or some octets of data (RFC 5321 §4.5.3.2.7). After it: 421 4.4.2.
    """

    max_command_octets: int = 2_048
    max_path_octets: int = 1_024
    max_domain_octets: int = 255
    max_line_octets: int = 1_048_576
    max_recipients: int = 1_000
    max_message_octets: int = 52_428_800
    max_bad_commands: int = 20
    max_transactions: int = 1_000
    max_pending_octets: int = 131_072
    max_sessions: int = 1_000
    idle_seconds: float = 300.0
    offers_submitter: bool = False
