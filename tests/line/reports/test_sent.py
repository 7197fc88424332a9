"""Mail that leaves makes correspondents, and says which mail was answered."""

import pytest
from tests.line.reports.mails import KEYS, NAME, SIGNED, STATUS_FIELDS, bounce, original

from trustlane.assessment import Thresholds
from trustlane.lanes.decision import answered_to
from trustlane.ledger import Kind, Observation, Subject
from trustlane.ledger.memory import MemoryLedger
from trustlane.ledger.port import Remembered
from trustlane.message import Envelope, Transaction
from trustlane.reports import Listener, Report, read_report
from trustlane.reports.sent import MAX_ANSWERED, MAX_CORRESPONDENTS, Sent, read_sent

NOW = 1_800_000_000.0
ANN = Subject("address", "ann@far.example")
FAR = Subject("rfc5322.from", "far.example")
LETTER = "From: Bob <Bob@here.example>\nTo: Ann <ANN@far.example>\nMessage-ID: <1@here.example>\n"


def left(header: str = LETTER, mail_from: str | None = None, *rcpt: str) -> Transaction:
    return Transaction(f"{header}\nHello\n".encode(), envelope=Envelope(mail_from, rcpt))


SENT = [
    (left(), ("bob@here.example", ("ann@far.example",)), "by its header"),
    (left(LETTER, "b@here.example", "Carl@far.example"), ("b@here.example", ("carl@far.example",)), "by its envelope"),
    (left(LETTER + "Cc: a@x, ann@far.example\n"), ("bob@here.example", ("ann@far.example", "a@x")), "each once"),
    (left(LETTER, ""), None, "a bounce of ours"),
    (left(LETTER + "Auto-Submitted: auto-replied (vacation)\n"), None, "a vacation notice"),
    (left(LETTER + "Auto-Submitted: no\n"), ("bob@here.example", ("ann@far.example",)), "not automatic, it says"),
    (left(LETTER + "Precedence: bulk\n"), None, "a mailing"),
    (left(LETTER + "List-Id: <x>\n"), None, "a list"),
    (left("From: bob@here.example\nTo: undisclosed-recipients:;\n"), None, "to nobody that is told"),
    (left("To: ann@far.example\n"), None, "by nobody"),
    (left(LETTER, "b@x", *(f"{it}@x" for it in range(MAX_CORRESPONDENTS + 1))), None, "to very many"),
]


@pytest.mark.parametrize(("mail", "wanted", "reason"), SENT)
@pytest.mark.proves("RFC 3834 §5")
def test_a_mail_that_a_person_sends_names_its_correspondents(
    mail: Transaction, wanted: tuple[str, tuple[str, ...]] | None, reason: str
) -> None:
    sent = read_sent(mail)
    assert (sent and (sent.writer, sent.recipients)) == wanted, reason


def test_it_names_the_mails_that_it_answers_the_nearest_first() -> None:
    mail = left(LETTER + "In-Reply-To: <c@x>\nReferences: <a@x> <b@x> <bb@x>\n <c@x>\n")
    sent = read_sent(mail)
    assert isinstance(sent, Sent)
    assert sent.answers == ("<c@x>", "<bb@x>", "<b@x>")
    assert len(sent.answers) == MAX_ANSWERED


def listener() -> Listener:
    ledger = MemoryLedger()
    mails = [
        Remembered(NAME, NOW, "open", "deliver", (ANN, FAR), ""),
        Remembered(answered_to("<letter@far.example>"), NOW, "open", "named", (), NAME),
    ]
    ledger.write([], mails)
    return Listener(KEYS, ledger, Thresholds())


def test_whom_people_write_to_is_a_correspondent_and_the_same_mail_counts_once() -> None:
    listening = listener()
    assert [listening.sent(left(), now=NOW).counted for _ in range(2)] == [1, 0]
    pair = Subject("correspondent", "bob@here.example ann@far.example")
    assert listening.ledger.read([pair])[pair].mails == 1


def test_an_answer_counts_for_who_is_answered_and_breaks_the_silence() -> None:
    listening = listener()
    answer = left(LETTER + "In-Reply-To: <letter@far.example>\n")
    learned = listening.sent(answer, now=NOW)
    assert [reason.code for reason in learned.reasons] == ["feedback.written", "feedback.counted"]
    good = listening.ledger.read([FAR])[FAR].good
    assert good > 0.0
    listening.ledger.write([Observation(Kind.MAIL, NOW + 73 * 3_600, (Subject("dkim", "x"),))])
    assert listening.ledger.read([FAR])[FAR].good == good, "no silence is counted beside it"


def test_who_copies_the_id_of_a_mail_gets_no_answer_for_it() -> None:
    """The answer goes to somebody else than the author of the mail that bears the id."""
    answer = left("From: bob@here.example\nTo: else@other.example\nIn-Reply-To: <letter@far.example>\n")
    learned = listener().sent(answer, now=NOW)
    assert [reason.code for reason in learned.reasons] == ["feedback.written"]


def test_a_bounce_says_which_correspondent_does_not_exist() -> None:
    listening = listener()
    address = Subject("correspondent", "ann@far.example")
    listening.sent(left(), now=NOW)
    status = STATUS_FIELDS.replace("ann@Here.example", "ann@far.example").replace("5.7.1", "5.1.1")
    assert codes(listening, bounce(status, reported="Message-ID: <other@here.example>\n")) == ["feedback.bounced"]
    assert address in listening.ledger.read([address]), "a bounce of a mail that we did not send"
    assert codes(listening, bounce(status, reported=LETTER)) == ["feedback.bounced", "feedback.no-correspondent"]
    assert listening.ledger.read([address]) == {}


def codes(listening: Listener, octets: bytes) -> list[str]:
    report = read_report(octets)
    assert isinstance(report, Report)
    return [reason.code for reason in listening.take(report, Kind.COMPLAINT, reporter="x", now=NOW).reasons]


FILTERED = [
    (f"X-Spam-Status: Yes\n{original()}", "counted", "above our field, so by a filter behind us"),
    (f"X-Spam-Status: No\n{original()}", "counted", "clean"),
    (f"{original()}X-Spam-Status: No\n", "no-verdict", "below it anybody may have written"),
    (f"X-Other: Yes\n{original()}", "no-verdict", "not a field of the settings"),
    ("X-Spam-Status: Yes\nFrom: a@b\n", "no-id", "no field of ours at all"),
    (f"X-Spam-Status: Yes\n{original(NAME)}", "unsigned", "a field that is not ours"),
]


@pytest.mark.parametrize(("header", "code", "reason"), FILTERED)
def test_the_verdict_of_a_filter_behind_us_counts_where_it_stands_above_our_field(
    header: str, code: str, reason: str
) -> None:
    learned = listener().filtered(Transaction(f"{header}\nx\n".encode()), ["X-Spam-Status"], now=NOW)
    assert learned.reasons[-1].code == f"feedback.{code}", reason


def test_a_mail_is_found_by_its_signed_id_and_by_its_message_id() -> None:
    ledger = listener().ledger
    named = ledger.decision(answered_to("<letter@far.example>"))
    assert named
    assert named.reasons == KEYS.judge(SIGNED)[0] == NAME
