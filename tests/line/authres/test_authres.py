"""Authentication-Results are read by their grammar and written so that they read the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trustlane import authres
from trustlane.authres import AuthenticationResults, MalformedResults, Property, Result

READ = [
    ("mx.example.org; none", AuthenticationResults("mx.example.org")),
    (
        '(x (y)) "mx.example.org" 1;\r\n\tdkim/1 = fail (why) reason="a; b" header.d=a.example policy.dkim-rules=x',
        AuthenticationResults(
            "mx.example.org",
            (
                Result(
                    "dkim",
                    "fail",
                    "a; b",
                    (Property("header", "d", "a.example"), Property("policy", "dkim-rules", "x")),
                ),
            ),
        ),
    ),
    (
        'mx; spf=pass smtp.mailfrom="joe doe"@b.example; vbr=pass header.md=b.example header.mv=v.example',
        AuthenticationResults(
            "mx",
            (
                Result("spf", "pass", None, (Property("smtp", "mailfrom", "joe doe@b.example"),)),
                Result(
                    "vbr", "pass", None, (Property("header", "md", "b.example"), Property("header", "mv", "v.example"))
                ),
            ),
        ),
    ),
    ("mx 2; what=ever", AuthenticationResults("mx", version=2)),
    ("mx; dkim/2=pass", AuthenticationResults("mx", (Result("dkim", "pass", version=2),))),
]


@pytest.mark.proves("RFC 8601 §2.2", "RFC 8601 §2.6")
@pytest.mark.parametrize(("value", "field"), READ, ids=[value[:30] for value, _ in READ])
def test_a_field_is_read(value: str, field: AuthenticationResults) -> None:
    assert authres.parse(value) == authres.parse(value.encode()) == field


@pytest.mark.parametrize(
    ("value", "what", "at"),
    [
        ("", "an identifier", 0),
        ("mx", "a result, or none", 2),
        ("mx; dkim", "an equals sign", 8),
        ("mx (", "a comment without its end", 3),
        ("mx; none; dkim=pass", "nothing beside none", 8),
        ('mx; dkim=pass reason="', "a quoted string without its end", 21),
        ("mx; dkim=pass header.d=\udcff", "a value", 23),
    ],
)
def test_a_field_that_breaks_the_grammar_says_where(value: str, what: str, at: int) -> None:
    with pytest.raises(MalformedResults) as caught:
        authres.parse(value)
    assert (caught.value.what, caught.value.at) == (what, at)


@pytest.mark.proves("RFC 8601 §2.7")
def test_authres_pitfall_5_each_signature_has_its_result_and_its_domain() -> None:
    field = authres.parse("mx; dkim=fail header.d=bank.example; DKIM=pass header.D=Evil.example; dkim=temperror")
    told = [(result.result, result.value("header.d")) for result in field.of("dkim")]
    assert told == [("fail", "bank.example"), ("pass", "Evil.example"), ("temperror", None)]
    assert field.of("spf") == ()


@pytest.mark.proves("RFC 8617 §4.1.1")
def test_a_field_of_arc_has_its_instance() -> None:
    field = authres.parse_arc(" i=2; mx.example.org; arc=pass")
    assert (field.instance, field.results) == (2, (Result("arc", "pass"),))
    assert authres.write(field) == "i=2; mx.example.org;\r\n\tarc=pass"
    with pytest.raises(MalformedResults):
        authres.parse(" i=2; mx.example.org; arc=pass")
    with pytest.raises(MalformedResults):
        authres.parse_arc("mx.example.org; arc=pass")


@pytest.mark.proves("RFC 8601 §4.1")
def test_results_are_reported_only_above_the_first_received_field() -> None:
    mail = (
        b"Authentication-Results: gate.example; dkim=pass\r\nAuthentication-Results: other.example; spf=pass\r\n"
        b"Received: from x\r\nAuthentication-Results: gate.example; dmarc=pass\r\n\r\n"
        b"Authentication-Results: gate.example; iprev=pass\r\n"
    )
    assert [field.results[0].method for field in authres.reported(mail, ["GATE.example"])] == ["dkim"]


keywords = st.from_regex(r"\A[a-z][a-z0-9-]{0,8}\Z").filter(lambda word: word != "reason")
texts = st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), max_size=60)
properties = st.builds(Property, keywords, keywords, texts)
results = st.builds(
    Result,
    keywords.filter(lambda word: word != "none"),
    keywords,
    st.none() | texts,
    st.lists(properties, max_size=3).map(tuple),
    st.integers(1, 9),
)
fields = st.builds(
    AuthenticationResults,
    texts,
    st.lists(results, max_size=3).map(tuple),
    instance=st.none() | st.integers(1, 50),
)


@given(fields)
def test_what_is_written_reads_the_same(field: AuthenticationResults) -> None:
    written = authres.write(field)
    assert (authres.parse if field.instance is None else authres.parse_arc)(written) == field


@given(st.text(), st.text())
def test_no_value_adds_a_line_or_a_result(authserv_id: str, value: str) -> None:
    field = AuthenticationResults(authserv_id, (Result("spf", "fail", value, (Property("smtp", "mailfrom", value),)),))
    written = authres.write(field)
    read = authres.parse(written)
    assert [(result.method, len(result.properties)) for result in read.results] == [("spf", 1)]
    assert not set("\r\n") & set(written.replace("\r\n\t", "").replace("\r\n ", ""))


def test_registered_methods_are_known() -> None:
    assert authres.METHODS["vbr"] == ("header.md", "header.mv")
    assert authres.is_registered("sender-id")
    assert not authres.is_registered("csa")
