"""Edits change the header and nothing else."""

from hypothesis import given
from hypothesis import strategies as st

from trustlane.delivery.edits import DeleteField, FieldSpan, InsertField, apply, deletions

MAIL = b"A: 1\r\nb: 2\r\nA: 3\r\n\tmore\r\nC: 4\r\n\r\nA: body\r\n"
SPANS: list[FieldSpan] = [(b"A", 0, 6), (b"b", 6, 12), (b"A", 12, 25), (b"C", 25, 31)]


def test_fields_are_inserted_above_all_in_their_order() -> None:
    edited = apply([InsertField("X", "1"), InsertField("Y", "2\r\n\tfolded")], MAIL, SPANS)
    assert edited == b"X: 1\r\nY: 2\r\n\tfolded\r\n" + MAIL


def test_a_field_is_deleted_by_its_name_and_number_whatever_its_case() -> None:
    assert apply([DeleteField("a", 2)], MAIL, SPANS) == b"A: 1\r\nb: 2\r\nC: 4\r\n\r\nA: body\r\n"


def test_a_field_that_is_not_there_is_not_deleted() -> None:
    assert apply([DeleteField("A", 3), DeleteField("D", 1)], MAIL, SPANS) == MAIL


def test_deletions_begin_with_the_lowest_field_so_that_numbers_stay_true() -> None:
    assert deletions(SPANS, [0, 2, 3]) == [DeleteField("C", 1), DeleteField("A", 2), DeleteField("A", 1)]


@given(st.lists(st.sampled_from([b"A", b"a", b"B", b"C"]), max_size=12), st.data())
def test_what_is_not_deleted_stays_octet_by_octet(names: list[bytes], data: st.DataObject) -> None:
    fields = [name + b": %d\r\n" % number for number, name in enumerate(names)]
    spans: list[FieldSpan] = []
    start = 0
    for name, field in zip(names, fields, strict=True):
        spans.append((name, start, start + len(field)))
        start += len(field)
    gone = data.draw(st.sets(st.integers(0, max(len(names) - 1, 0)), max_size=len(names)))
    message = b"".join(fields) + b"\r\nbody"
    kept = b"".join(field for number, field in enumerate(fields) if number not in gone) + b"\r\nbody"
    assert apply(deletions(spans, gone), message, spans) == kept
