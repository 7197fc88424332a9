"""``trustlane learn`` and ``standing``: what people say of delivered mail moves the standing of who answers for it."""

import json
from pathlib import Path

import pytest
from tests.edges.cli.running import said, trustlane
from tests.edges.serving import serving
from tests.edges.test_serve import LETTER, send


@pytest.fixture
def delivered(tmp_path: Path) -> Path:
    """A folder with settings, a ledger, and one delivered mail."""
    with serving(tmp_path) as relay:
        send(relay.port, LETTER % b"1")
        relay.stop()
    return tmp_path


def the_mail(folder: Path) -> str:
    (mail,) = (folder / "Maildir" / ".Open" / "new").iterdir()
    return str(mail)


def learn(folder: Path, verdict: str, file: str, reporter: str = "bob") -> str:
    return said("learn", verdict, "--reporter", reporter, file, cwd=folder)


def standing(folder: Path, name: str) -> dict[str, dict[str, object]]:
    lines = said("standing", "show", name, "--json", cwd=folder).splitlines()
    return {entry["kind"]: entry for entry in map(json.loads, lines)}


def test_a_report_counts_for_everybody_who_answers_for_the_mail(delivered: Path) -> None:
    told = learn(delivered, "--junk", the_mail(delivered))
    assert told.startswith("counted as complaint for ")
    for subject in ("rfc5322.from sender.example", "organization sender.example", "network 127.0.0.0/24"):
        assert subject in told
    known = standing(delivered, "sender.example")
    assert {"rfc5322.from", "organization", "spf"} <= known.keys()
    assert {entry["mails"] for entry in known.values()} == {1}
    assert {round(float(str(entry["sample_size"])), 1) for entry in known.values()} == {0.2}


def test_the_same_reporter_counts_once_for_a_mail_and_another_one_again(delivered: Path) -> None:
    mail = the_mail(delivered)
    learn(delivered, "--junk", mail)
    assert learn(delivered, "--junk", mail).startswith("counted before as complaint")
    assert learn(delivered, "--junk", mail, reporter="eve").startswith("counted as complaint")
    assert round(float(str(standing(delivered, "sender.example")["spf"]["sample_size"])), 1) == 0.5


def test_good_is_counted_in_favour(delivered: Path) -> None:
    learn(delivered, "--good", the_mail(delivered))
    assert float(str(standing(delivered, "sender.example")["rfc5322.from"]["rating"])) > 0.5


def test_a_mail_without_our_field_is_examined_anew(delivered: Path) -> None:
    golden = Path(__file__).parents[2] / "golden" / "001-rfc8463-two-passes"
    words = ["learn", "--junk", str(golden / "mail.eml"), "--zone", str(golden / "zone.txt"), "--reporter", "bob"]
    assert "dkim football.example.com" in said(*words, cwd=delivered)
    assert said(*words, cwd=delivered).startswith("counted before")


@pytest.mark.parametrize("shown", ["0123456789abcdef01234567", f"0123456789abcdef01234567.1a{'a' * 26}"])
def test_an_id_that_is_not_ours_is_refused_with_its_reason(delivered: Path, shown: str) -> None:
    forged = f"Trust-Lane: trusted; action=deliver; id={shown}; by=x\r\nFrom: a@b.example\r\n\r\nhi\r\n"
    done = trustlane("learn", "--junk", "-", cwd=delivered, stdin=forged.encode())
    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr.startswith(f"the id {shown} ".encode())


def test_a_forwarded_complaint_and_a_feedback_report_are_read_from_files(delivered: Path) -> None:
    mail = Path(the_mail(delivered)).read_bytes()
    head = b"Content-Type: multipart/mixed; boundary=f\n\n--f\nContent-Type: message/rfc822\n\n"
    words = ["learn", "--report", "-", "--reporter", "bob"]
    assert said(*words, cwd=delivered, stdin=head + mail).startswith("counted as complaint for ")
    assert said(*words, cwd=delivered, stdin=head + mail).startswith("counted before as complaint for ")
    malformed = head.replace(b"mixed", b"report; report-type=feedback-report") + mail
    done = trustlane(*words, cwd=delivered, stdin=malformed)
    assert (done.returncode, done.stderr) == (
        1,
        b"a feedback report needs a part message/feedback-report in its place\n",
    )


def test_a_mail_in_a_spam_trap_counts_as_such(delivered: Path) -> None:
    assert said("learn", "--trap", the_mail(delivered), cwd=delivered).startswith("counted as trap for ")


def test_standing_lists_the_weightiest_first_and_limits_its_lines(delivered: Path) -> None:
    learn(delivered, "--junk", the_mail(delivered))
    lines = said("standing", "list", cwd=delivered).splitlines()
    assert len(lines) > 3
    assert len(said("standing", "list", "--limit", "2", cwd=delivered).splitlines()) == 2
    assert all(" spf " in line for line in said("standing", "list", "--kind", "spf", cwd=delivered).splitlines())


def test_a_name_nobody_knows_is_exit_code_1(delivered: Path) -> None:
    done = trustlane("standing", "show", "stranger.example", cwd=delivered)
    assert (done.returncode, done.stdout) == (1, b"nothing is remembered of stranger.example\n")


def test_where_no_mail_came_yet_there_is_nothing_to_list_and_nothing_is_made(tmp_path: Path) -> None:
    assert said("standing", "list", cwd=tmp_path) == ""
    assert list(tmp_path.iterdir()) == []


def test_a_ledger_that_is_none_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "ledger.sqlite").write_bytes(b"this is no ledger" * 100)
    done = trustlane("standing", "list", cwd=tmp_path)
    assert done.returncode == 2
    assert b"ledger.sqlite" in done.stderr
    assert b"Traceback" not in done.stderr
