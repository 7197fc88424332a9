"""One SMTP session as seen by the server: octets in, events and octets out, no I/O (RFC 5321)."""

from collections.abc import Callable
from enum import Enum, auto

from trustlane.delivery.offers import Offers
from trustlane.delivery.reply import Reply
from trustlane.errors import PeerError
from trustlane.message import Session, Transaction
from trustlane.smtp import replies
from trustlane.smtp.chunks import Chunk, ChunkReader
from trustlane.smtp.commands import (
    NOT_OFFERED,
    Command,
    Mail,
    Recipient,
    parse_bdat,
    parse_command,
    parse_hello,
    parse_mail,
    parse_rcpt,
)
from trustlane.smtp.content import ContentReader
from trustlane.smtp.events import (
    Aborted,
    Closed,
    Content,
    ContentEnded,
    Event,
    Greeted,
    Heard,
    Lost,
    MailStarted,
    RecipientGiven,
    TlsBegins,
)
from trustlane.smtp.hearing import Hearing
from trustlane.smtp.limits import Limits
from trustlane.smtp.lines import CommandLines, LineTooLong
from trustlane.smtp.mail import BegunMail
from trustlane.smtp.octets import Octets
from trustlane.smtp.tls import Tls

__all__ = ["Limits", "ServerProtocol", "State"]

OCTETS_OF_PROGRESS = 1_024
"""Data that count as much as a command against the idle time: a mail that drips in octet by octet is idle."""


PENDING_PAUSES = 4
"""Reading pauses at the limit of pending octets; a server that obeys reads one more chunk, and stays far below this."""


class State(Enum):
    """What the session waits for."""

    GREETING = auto()
    COMMAND = auto()
    ANSWER_TO_MAIL = auto()
    ANSWER_TO_RCPT = auto()
    CONTENT = auto()
    CHUNK = auto()
    ANSWER_TO_CONTENT = auto()
    HANDSHAKE = auto()
    CLOSED = auto()


_ENDS_WITH_CLIENT = (State.GREETING, State.COMMAND, State.CONTENT, State.CHUNK, State.HANDSHAKE)
"""Where the client has to go on; where it goes away instead, the session is over."""


class ServerProtocol:
    """Call ``greet`` once, then ``receive`` whatever comes, and send ``data_to_send`` after every call.

    Every method that may let the session go on gives the events in their order. After ``MailStarted`` and
    ``RecipientGiven`` the session waits for ``accept`` or ``refuse``; after ``ContentEnded`` for ``finish``. What the
    client sends meanwhile is kept, up to a limit, and is read then (RFC 2920 §3.2).

    Args:
        hostname: our name, US-ASCII.
        limits: of this session.
        client_ip: the client's address, for the Transaction.
        offers: gives at each EHLO what the place where mail goes can take.
        tls: whether STARTTLS is offered, or TLS is on from the first octet.
    """

    def __init__(
        self,
        hostname: str,
        limits: Limits | None = None,
        client_ip: str | None = None,
        offers: Callable[[], Offers] = Offers,
        tls: Tls = Tls.ABSENT,
    ) -> None:
        self._hostname = hostname
        self._limits = limits or Limits()
        self._client_ip = client_ip
        self._asked_offers = offers
        self._tls = tls
        self._offers = Offers()
        self._state = State.GREETING
        self._input = Octets()
        self._lines = CommandLines(self._limits.max_command_octets)
        self._hearing = Hearing()
        self._events: list[Event] = []
        self._output = bytearray()
        self._invitation = b""
        self._helo: str | None = None
        self._is_pipelining_offered = False
        self._asked_mail: Mail | None = None
        self._asked_recipient: Recipient | None = None
        self._mail: BegunMail | None = None
        self._chunk: Chunk | None = None
        self._transaction: Transaction | None = None
        self._has_quit = False
        self._is_eof = False
        self._is_shutting_down = False
        self._bad_commands = 0
        self._transactions = 0
        self._commands = 0
        self._content_octets = 0

    @property
    def is_awaiting_answer(self) -> bool:
        """It is our side that the session waits for."""
        return self._state in (State.ANSWER_TO_MAIL, State.ANSWER_TO_RCPT, State.ANSWER_TO_CONTENT)

    @property
    def is_closed(self) -> bool:
        return self._state is State.CLOSED

    @property
    def is_eof(self) -> bool:
        """The client sends no more."""
        return self._is_eof

    @property
    def is_enough_pending(self) -> bool:
        """So much was sent ahead that reading should pause until we have answered."""
        return self.is_awaiting_answer and len(self._input) > self._limits.max_pending_octets

    @property
    def progress(self) -> int:
        """Grows with every command and with data; where it stands still, the client is idle."""
        return self._commands + self._content_octets // OCTETS_OF_PROGRESS

    def greet(self) -> None:
        """Invites the client to speak. What came before ``data_to_send`` is out of turn (RFC 5321 §4.3.1)."""
        if self._state is State.GREETING:
            self._state = State.COMMAND
            self._invitation = replies.greeting(self._hostname)

    def data_to_send(self) -> bytes:
        """All replies that are due, once. Taking them means that they are sent."""
        octets = bytes(self._output) + self._invitation
        self._output.clear()
        self._invitation = b""
        self._hearing.sent()
        return octets

    def receive(self, octets: bytes) -> list[Event]:
        """What the client sent, cut anywhere."""
        if self.is_closed or self._state is State.HANDSHAKE or not octets:
            return []
        if heard := self._hearing.proven():
            self._events.append(Heard(heard))
        self._input.add(octets)
        if self._state is State.GREETING or self._invitation:
            self._close(replies.OUT_OF_TURN)
        elif self.is_awaiting_answer and len(self._input) > PENDING_PAUSES * self._limits.max_pending_octets:
            self._input.clear()
            self._close(replies.TOO_MUCH_AHEAD)
        return self._go_on()

    def accept(self) -> list[Event]:
        """The sender or recipient that was asked about is taken."""
        if self._state is State.ANSWER_TO_MAIL and self._asked_mail is not None:
            self._mail = BegunMail(self._asked_mail)
            self._transactions += 1
            self._say(replies.SENDER_TAKEN)
        elif self._state is State.ANSWER_TO_RCPT and self._mail is not None and self._asked_recipient is not None:
            self._mail.recipients.append(self._asked_recipient)
            self._say(replies.RECIPIENT_TAKEN)
        else:
            return []
        return self._answered()

    def refuse(self, reply: Reply) -> list[Event]:
        """The sender or recipient that was asked about is not taken."""
        if self._state not in (State.ANSWER_TO_MAIL, State.ANSWER_TO_RCPT):
            return []
        self._say(reply)
        return self._answered()

    def finish(self, reply: Reply) -> list[Event]:
        """The one reply to a whole mail. Where the session has ended meanwhile, nobody hears it."""
        transaction, self._transaction = self._transaction, None
        if self._state is not State.ANSWER_TO_CONTENT or transaction is None:
            return []
        if reply.is_accepted:
            self._hearing.answered(transaction)
            if not self._is_pipelining_offered:
                self._hearing.awaited()
        self._say(reply)
        return self._answered()

    def secured(self) -> list[Event]:
        """TLS is on. What was known of the client before is forgotten, and it says EHLO again (RFC 3207 §4.2)."""
        if self._state is not State.HANDSHAKE:
            return []
        self._tls = Tls.ON
        self._helo = None
        self._is_pipelining_offered = False
        self._offers = Offers()
        self._state = State.COMMAND
        return self._go_on()

    def eof(self) -> list[Event]:
        """The client sends no more. It may still read: a mail that is whole is answered (RFC 5321 §4.1.1.10)."""
        if self._is_eof:
            return []
        self._is_eof = True
        if self.is_closed:
            heard = self._hearing.proven() if self._has_quit else None
            return [Heard(heard)] if heard else []
        return self._go_on()

    def reset(self) -> list[Event]:
        """The connection is no more: nobody heard anything else."""
        self._is_eof = True
        self._close(None)
        self._events += [Lost(mail) for mail in (self._hearing.pending(), self._transaction) if mail is not None]
        self._transaction = None
        return self._go_on()

    def timed_out(self) -> list[Event]:
        """The client was idle for too long."""
        self._close(replies.IDLE_TOO_LONG)
        return self._go_on()

    def shut_down(self) -> list[Event]:
        """This server stops: a mail whose data have begun is finished first, everything else ends with 421."""
        self._is_shutting_down = True
        return self._go_on()

    def _answered(self) -> list[Event]:
        if self.is_awaiting_answer:
            self._state = State.COMMAND
        return self._go_on()

    def _go_on(self) -> list[Event]:
        while self._state in (State.COMMAND, State.CONTENT, State.CHUNK) and self._step():
            pass
        if self._is_shutting_down and self._state in (State.GREETING, State.COMMAND) and not self._has_content_begun:
            self._close(replies.SHUTTING_DOWN)
        if self._is_eof and self._state in _ENDS_WITH_CLIENT:
            self._close(None)
        events, self._events = self._events, []
        return events

    def _step(self) -> bool:
        """Reads one command or some content; claims that there may be more."""
        if self._invitation:
            if len(self._input):
                self._close(replies.OUT_OF_TURN)
            return False
        if self._state is State.CHUNK and self._chunk is not None:
            return self._read_chunk(self._chunk)
        if self._state is State.CONTENT and self._mail is not None and isinstance(self._mail.content, ContentReader):
            return self._read(self._mail, self._mail.content)
        return self._step_in_commands()

    @property
    def _has_content_begun(self) -> bool:
        return self._mail is not None and self._mail.content is not None

    def _read(self, mail: BegunMail, reader: ContentReader) -> bool:
        before = reader.octets
        self._keep(mail, reader.read(self._input))
        self._content_octets += reader.octets - before
        if reader.is_ended:
            self._end(mail, reader.fault)
        return reader.is_ended

    def _read_chunk(self, chunk: Chunk) -> bool:
        octets = self._input.take(min(chunk.left, len(self._input)))
        chunk.left -= len(octets)
        self._content_octets += len(octets)
        if chunk.refusal is None and self._mail is not None and isinstance(self._mail.content, ChunkReader):
            self._keep(self._mail, self._mail.content.read(octets))
        if chunk.left:
            return False
        self._state = State.COMMAND
        self._chunk = None
        if chunk.refusal is not None:
            self._say(chunk.refusal)
        elif self._mail is not None and isinstance(self._mail.content, ChunkReader):
            self._end_chunk(self._mail, self._mail.content, chunk)
        return True

    def _end_chunk(self, mail: BegunMail, reader: ChunkReader, chunk: Chunk) -> None:
        """A mail with a fault ends at once; the chunks that may follow are read to be forgotten."""
        if chunk.is_last:
            self._keep(mail, reader.finish())
        if chunk.is_last or reader.fault:
            self._end(mail, reader.fault)
        else:
            self._say(replies.CHUNK_TAKEN)

    def _keep(self, mail: BegunMail, octets: bytes) -> None:
        if octets:
            mail.chunks.append(octets)
            self._events.append(Content(octets))

    @property
    def session(self) -> Session:
        """The facts of the connection, as far as they are known."""
        return Session(self._client_ip, self._helo, self._protocol_name())

    def _protocol_name(self) -> str:
        """As it stands in ``Received``: S for TLS (RFC 3848), and UTF8SMTP for a mail in UTF-8 (RFC 6531 §4.3)."""
        if not self._is_pipelining_offered:
            return "SMTP"
        name = "UTF8SMTP" if self._mail is not None and self._mail.mail.is_utf8 else "ESMTP"
        return name + "S" if self._tls is Tls.ON else name

    def _end(self, mail: BegunMail, fault: Reply | None) -> None:
        if fault:
            self._state = State.COMMAND
            self._say(fault)
            self._abort(fault)
            return
        self._transaction = mail.transaction(self.session)
        self._mail = None
        self._state = State.ANSWER_TO_CONTENT
        self._events.append(ContentEnded(self._transaction))

    def _step_in_commands(self) -> bool:
        try:
            line = self._lines.next(self._input)
        except LineTooLong:
            self._refuse_command(replies.LINE_TOO_LONG)
            return True
        if line is None:
            return False
        self._commands += 1
        if b"\r" in line or b"\n" in line or b"\0" in line:
            self._refuse_command(replies.BROKEN_LINE)
        else:
            self._obey(parse_command(line))
        return True

    def _obey(self, command: Command) -> None:
        try:
            match command:
                case Command(b"MAIL", argument):
                    self._obey_mail(argument)
                case Command(b"RCPT", argument):
                    self._obey_rcpt(argument)
                case Command(b"BDAT", argument):
                    self._obey_bdat(parse_bdat(argument))
                case Command(b"RSET", b""):
                    self._abort(None)
                    self._say(replies.RESET)
                case _:
                    self._hearing.awaited()
                    self._obey_last_of_group(command)
        except PeerError as error:
            reply = Reply(error.code, error.enhanced_code, error.text)
            self._close(reply) if reply == replies.BAD_CHUNK else self._refuse_command(reply)

    def _obey_last_of_group(self, command: Command) -> None:
        """Commands after which a client waits (RFC 2920 §3.1)."""
        match command:
            case Command(b"DATA", b""):
                self._obey_data()
            case Command(b"EHLO" | b"HELO" as verb, argument):
                self._obey_hello(verb.decode(), parse_hello(argument))
            case Command(b"QUIT", b""):
                self._has_quit = True
                self._abort(None)
                self._close(replies.CLOSING)
            case Command(b"STARTTLS", b"") if self._tls is not Tls.ABSENT:
                self._obey_starttls()
            case Command(b"NOOP", _):
                self._say(replies.NOTHING_DONE)
            case Command(b"HELP", _):
                self._say(replies.HELP)
            case Command(b"VRFY", argument):
                self._say(replies.NOT_VERIFIED) if argument else self._refuse_command(replies.ARGUMENT_MISSING)
            case Command(b"STARTTLS", _) if self._tls is Tls.ABSENT:
                self._refuse_command(replies.NOT_OFFERED)
            case Command(b"DATA" | b"QUIT" | b"RSET" | b"STARTTLS", _):
                self._refuse_command(replies.NO_ARGUMENT)
            case Command(verb, _):
                self._refuse_command(replies.NOT_OFFERED if verb in NOT_OFFERED else replies.UNKNOWN_COMMAND)

    def _obey_starttls(self) -> None:
        """What was sent behind it in the clear is dropped: whoever wrote it was not yet known (RFC 3207 §4.2, §6)."""
        if self._tls is Tls.ON or not self._is_pipelining_offered:
            raise replies.fault(replies.BAD_SEQUENCE)
        self._abort(None)
        self._input.clear()
        self._state = State.HANDSHAKE
        self._say(replies.START_TLS)
        self._events.append(TlsBegins())

    def _obey_hello(self, verb: str, helo: str) -> None:
        """Also ends a mail that had begun (RFC 5321 §4.1.4)."""
        self._abort(None)
        self._helo = helo
        self._is_pipelining_offered = verb == "EHLO"
        self._offers = self._asked_offers() if self._is_pipelining_offered else Offers()
        self._output += (
            replies.extensions(self._hostname, self._limits.max_message_octets, *self._optional_extensions())
            if self._is_pipelining_offered
            else replies.hello(self._hostname)
        )
        self._events.append(Greeted(helo, verb))

    def _optional_extensions(self) -> tuple[str, ...]:
        """Limits are told as RFC 9422 §3 writes them; MAILMAX is how many mails a session may send (RFC 9422 §4.1)."""
        offered = {
            "STARTTLS": self._tls is Tls.OFFERED,
            "SMTPUTF8": self._offers.smtputf8,
            "DSN": self._offers.dsn,
            "SUBMITTER": self._limits.offers_submitter,
            f"LIMITS MAILMAX={self._limits.max_transactions} RCPTMAX={self._max_recipients}": True,
        }
        return tuple(extension for extension, is_offered in offered.items() if is_offered)

    @property
    def _max_recipients(self) -> int:
        """Ours, or those of the place where mail goes where that takes fewer (RFC 9422 §4.2)."""
        return min(self._limits.max_recipients, self._offers.max_recipients or self._limits.max_recipients)

    def _obey_mail(self, argument: bytes) -> None:
        if self._helo is None or self._mail is not None:
            raise replies.fault(replies.BAD_SEQUENCE)
        is_submitter_offered = self._limits.offers_submitter and self._is_pipelining_offered
        mail = parse_mail(argument, self._limits, self._offers, is_submitter_offered=is_submitter_offered)
        if mail.size_octets is not None and mail.size_octets > self._limits.max_message_octets:
            self._say(replies.MESSAGE_TOO_BIG)
        elif self._transactions >= self._limits.max_transactions:
            self._close(replies.TOO_MANY_TRANSACTIONS)
        else:
            self._asked_mail = mail
            self._state = State.ANSWER_TO_MAIL
            self._events.append(MailStarted(mail.mail_from, mail.size_octets))

    def _obey_rcpt(self, argument: bytes) -> None:
        if self._mail is None or self._mail.content is not None:
            raise replies.fault(replies.BAD_SEQUENCE)
        recipient = parse_rcpt(argument, self._limits, self._offers, is_utf8=self._mail.mail.is_utf8)
        if len(self._mail.recipients) >= self._max_recipients:
            self._say(replies.TOO_MANY_RECIPIENTS)
            return
        self._asked_recipient = recipient
        self._state = State.ANSWER_TO_RCPT
        self._events.append(RecipientGiven(self._mail.mail.mail_from, recipient.rcpt))

    def _obey_data(self) -> None:
        if self._mail is None or self._mail.content is not None:
            raise replies.fault(replies.BAD_SEQUENCE)
        if not self._mail.recipients:
            self._say(replies.NO_RECIPIENTS)
            return
        self._mail.content = ContentReader(self._limits)
        self._state = State.CONTENT
        self._invitation = replies.octets(replies.START_CONTENT)

    def _obey_bdat(self, chunk: Chunk) -> None:
        """A chunk that is refused is read all the same, and its reply comes after it (RFC 3030 §2)."""
        self._chunk = chunk
        self._state = State.CHUNK
        if self._mail is None or not self._is_pipelining_offered:
            chunk.refusal = replies.BAD_SEQUENCE
        elif not self._mail.recipients:
            chunk.refusal = replies.NO_RECIPIENTS
        elif self._mail.content is None:
            self._mail.content = ChunkReader(self._limits)

    def _refuse_command(self, reply: Reply) -> None:
        """Counted, because clients that guess or talk another protocol must be left some time (RFC 5321 §7.8)."""
        self._bad_commands += 1
        if self._bad_commands >= self._limits.max_bad_commands:
            self._close(replies.TOO_MANY_BAD_COMMANDS)
        else:
            self._say(reply)

    def _say(self, reply: Reply) -> None:
        """A reply of 421 ends the session, whoever gives it (RFC 5321 §3.8)."""
        if reply.code == 421:
            self._close(reply)
        else:
            self._output += replies.octets(reply)

    def _abort(self, reply: Reply | None) -> None:
        if self._mail is not None:
            self._events.append(Aborted(reply))
        self._mail = None

    def _close(self, reply: Reply | None) -> None:
        """A mail that awaits its answer is not aborted: it was whole, and only its reply is lost."""
        if self.is_closed:
            return
        if reply is not None:
            self._output += replies.octets(reply)
        self._invitation = b""
        self._abort(reply)
        self._state = State.CLOSED
        self._input.clear()
        self._events.append(Closed())
