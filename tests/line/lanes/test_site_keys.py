"""Nobody but the site can make an id that its reports are believed by."""

import pytest

from trustlane.lanes.site_keys import MAC_OCTETS, SIGNED_ID, Signature, SiteKey, SiteKeys

NAME = "4f1d5c2a7f3b9e6a4d8c0112"
OLD, NEW, OTHER = (SiteKey(name, bytes([number]) * 32) for name, number in (("a", 1), ("b", 2), ("b", 3)))
KEYS = SiteKeys((OLD, NEW))
SIGNED = KEYS.signed(NAME)

JUDGED = [
    (SIGNED, Signature.GENUINE, "the newest key signs"),
    (SiteKeys((OLD,)).signed(NAME), Signature.GENUINE, "a former key verifies"),
    (SiteKeys((OTHER,)).signed(NAME), Signature.FORGED, "another site's key of the same name"),
    (SiteKeys((SiteKey("c", bytes(32)),)).signed(NAME), Signature.UNKNOWN_KEY, "a key that is not kept"),
    (SIGNED.replace("4f1d", "4f1e"), Signature.FORGED, "another decision"),
    (SIGNED[:-1] + ("a" if SIGNED[-1] != "a" else "b"), Signature.FORGED, "another signature"),
    (SIGNED.replace(".1b", ".1a"), Signature.FORGED, "another of our keys"),
    (SIGNED.replace(".1", ".2"), Signature.UNSIGNED, "a version that is not known"),
    (SIGNED.upper(), Signature.UNSIGNED, "other letters"),
    (SIGNED + "a", Signature.UNSIGNED, "longer"),
    (SIGNED[:-1], Signature.UNSIGNED, "shorter"),
    (NAME, Signature.UNSIGNED, "a name alone, as it stands in logs and replies"),
    ("", Signature.UNSIGNED, "nothing"),
]


@pytest.mark.parametrize(("shown", "signature", "reason"), JUDGED)
def test_an_id_is_what_its_signature_proves(shown: str, signature: Signature, reason: str) -> None:
    assert KEYS.judge(shown)[1] is signature, reason


def test_the_name_is_in_the_id() -> None:
    assert KEYS.judge(SIGNED)[0] == NAME
    assert SIGNED.startswith(f"{NAME}.1b")


@pytest.mark.proves("RFC 2104 §3", "RFC 2104 §5")
def test_the_signature_is_half_a_hash_and_short_enough_for_a_line() -> None:
    assert MAC_OCTETS * 2 == 32
    assert len(SIGNED) == 53
    assert len({SiteKeys((SiteKey("b", bytes([number]) * 32),)).signed(NAME) for number in range(200)}) == 200


def test_a_site_without_keys_signs_nothing_and_believes_nothing() -> None:
    assert SiteKeys().signed(NAME) == NAME
    assert SiteKeys().judge(SIGNED)[1] is Signature.UNKNOWN_KEY


@pytest.mark.parametrize("text", ["id={};", "> {}\n", "({})", "see {}.", '"{}"'])
def test_it_is_found_in_any_text(text: str) -> None:
    found = SIGNED_ID.search(text.format(SIGNED))
    assert found
    assert found[0] == SIGNED


def test_no_secret_is_shown() -> None:
    assert "secret" not in repr(KEYS)
