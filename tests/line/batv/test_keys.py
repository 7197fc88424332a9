"""Keys for bounce addresses follow each other so that no tag that is still good goes unknown."""

from pathlib import Path

import pytest

from trustlane import batv
from trustlane.batv import BounceKey, BounceKeys, from_text
from trustlane.batv.file import to_text

TODAY = 20_781
SECRET = bytes(range(32))


def test_keys_take_turns_and_stay_until_their_tags_have_expired() -> None:
    keys = BounceKeys().rotated(TODAY, TODAY)
    assert (keys.since, [key.number for key in keys.keys]) == (TODAY, [0])
    keys = keys.rotated(TODAY + 100, TODAY + 102)
    assert (keys.since, [key.number for key in keys.keys]) == (TODAY, [0, 1])
    assert [key.number for key in keys.rotated(TODAY + 109, TODAY + 111).keys] == [0, 1, 2]
    assert [key.number for key in keys.rotated(TODAY + 110, TODAY + 112).keys] == [1, 2]
    assert len({key.secret for key in keys.keys}) == 2


@pytest.mark.proves("draft-levine-smtp-batv §4.1")
def test_a_tag_of_the_former_key_is_good_for_its_lifetime() -> None:
    keys = BounceKeys().rotated(TODAY, TODAY).rotated(TODAY, TODAY + 2)
    ring = keys.ring(["example.com"])
    tagged = {day: ring.tag("joe@example.com", TODAY + day)[0] for day in (0, 1, 2)}
    assert [tagged[day][5] for day in (0, 1, 2)] == ["0", "0", "1"]
    assert ring.check(tagged[1], TODAY + 8) == ("valid", "joe@example.com")
    assert ring.check(tagged[1], TODAY + 9) == ("expired", "joe@example.com")
    assert ring.check(tagged[1], TODAY + 10) == ("unknown-key", "joe@example.com")


def test_numbers_do_not_come_back_while_they_are_in_use() -> None:
    keys = BounceKeys()
    for day in range(10):
        keys = keys.rotated(TODAY + day, TODAY + day, lifetime_days=30)
    with pytest.raises(ValueError, match="all ten numbers"):
        keys.rotated(TODAY + 10, TODAY + 10, lifetime_days=30)
    assert keys.rotated(TODAY + 33, TODAY + 33, lifetime_days=30).keys[-1].number == 0
    with pytest.raises(ValueError, match="is there already"):
        keys.rotated(TODAY + 9, TODAY + 9)


def test_a_file_reads_as_it_was_written_and_nobody_else_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / "bounce-keys"
    assert batv.read(path) == BounceKeys()
    keys = BounceKeys((BounceKey(7, TODAY, SECRET), BounceKey(8, TODAY + 9, SECRET[::-1])), TODAY - 40)
    batv.write(path, keys)
    assert path.stat().st_mode & 0o777 == 0o600
    assert batv.read(path) == keys
    assert from_text(to_text(keys)) == keys
    path.chmod(0o640)
    with pytest.raises(ValueError, match="others may read it"):
        batv.read(path)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("0 2026-11-24", "line 1 is none of a key"),
        ("# x\nsince 2026-11-31", "line 2: 2026-11-31 is no day"),
        ("12 2026-11-24 00", "line 1 is none of a key"),
        ("0 2026-11-24 xyz", "line 1: the secret is not hexadecimal"),
    ],
)
def test_what_is_no_file_of_keys_is_told_with_its_line(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        from_text(text)


@pytest.mark.parametrize(
    ("keys", "domains", "why"),
    [
        ((), ["example.com"], "there is no key"),
        ((BounceKey(0, 1, b"short"),), ["example.com"], "20 are the least"),
        ((BounceKey(0, 1, SECRET), BounceKey(0, 2, SECRET)), ["example.com"], "two keys have the number 0"),
        ((BounceKey(0, 1, SECRET), BounceKey(1, 1, SECRET)), ["example.com"], "begin to sign on day 1"),
        ((BounceKey(0, 1, SECRET),), ["no name"], "no domain name"),
    ],
)
def test_a_ring_that_cannot_be_is_refused(keys: tuple[BounceKey, ...], domains: list[str], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        BounceKeys(keys).ring(domains)


def test_a_secret_is_never_shown() -> None:
    assert "secret" not in repr(BounceKeys((BounceKey(0, 1, SECRET),)))
