"""Reading: both shapes of file, in pieces of any size, in bounded memory, strictly."""

from __future__ import annotations

import io
import json
import tracemalloc
from itertools import chain, repeat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from users.import_export.errors import InvalidRecord, TransferError
from users.import_export.record_reader import read_records
from users.metadata.equal import is_strictly_equal

LIMIT = 100_000


def numbered(data: bytes, *, chunk: int = 7, limit: int = LIMIT) -> list:
    found = read_records(io.BytesIO(data), max_bytes=limit, chunk=chunk)
    return [(record.number, record.value()) for record in found]


def refusal(data: bytes, **options) -> TransferError:
    with pytest.raises(TransferError) as caught:
        numbered(data, **options)
    return caught.value


def read_each(data: bytes, *, chunk: int = 7, limit: int = LIMIT) -> list:
    """What became of each record: its value, or the BadRecord."""
    found = []
    for record in read_records(io.BytesIO(data), max_bytes=limit, chunk=chunk):
        try:
            found.append(record.value())
        except InvalidRecord as error:
            found.append(error)
    return found


leaves = st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text('ab"\\{}[],: \né佐', max_size=8)
values = st.recursive(
    leaves, lambda inner: st.lists(inner) | st.dictionaries(st.text('ab"\\}', max_size=3), inner)
)
records = st.lists(st.dictionaries(st.text('ab{"\\', max_size=3), values, max_size=3), min_size=1, max_size=4)


@given(records, st.integers(1, 40), st.sampled_from([None, 1, 4]), st.booleans())
def test_an_array_comes_back_whatever_the_pieces(written, chunk, indent, ascii_only):
    data = json.dumps(written, indent=indent, ensure_ascii=ascii_only).encode()

    found = numbered(data, chunk=chunk)

    assert [number for number, _ in found] == list(range(1, len(written) + 1))
    assert is_strictly_equal([value for _, value in found], written)


@given(records, st.integers(1, 40), st.sampled_from(["\n", "\r\n", "\n\n \n"]))
def test_lines_come_back_whatever_the_pieces(written, chunk, ending):
    data = ending.join(json.dumps(record) for record in written).encode()

    assert is_strictly_equal([value for _, value in numbered(data, chunk=chunk)], written)


@pytest.mark.parametrize("chunk", [1, 2, 3, 64])
def test_a_byte_order_mark_is_passed_over(chunk):
    assert numbered(b'\xef\xbb\xbf[{"a": 1}]', chunk=chunk) == [(1, {"a": 1})]


@pytest.mark.parametrize("data", [b"[]", b" [ \n ] \n"])
def test_an_empty_array_holds_nobody(data):
    assert numbered(data) == []


@pytest.mark.parametrize(
    ("data", "number", "reason"),
    [
        pytest.param(b"", 1, "the file is empty", id="empty"),
        pytest.param(b" \n ", 1, "the file is empty", id="blank"),
        pytest.param(b"name,email\n", 1, "begins with {", id="csv"),
        pytest.param(b'[{"a": 1}, nope]', 2, "begins with {", id="word"),
        pytest.param(b'[{"a": 1}, 05]', 2, "begins with {", id="number that is none"),
        pytest.param(b'[{"a": 1}, "b]', 2, "ends in the middle", id="cut in a string that is a record"),
        pytest.param(b'[{"a": 1},]', 2, "begins with {", id="comma too many"),
        pytest.param(b'[{"a": 1} {"b": 2}]', 2, "a comma or ] must stand", id="comma too few"),
        pytest.param(b'[{"a": 1}', 2, "ends before its array is closed", id="array open"),
        pytest.param(b'[{"a": 1},', 2, "ends where a record should stand", id="cut after comma"),
        pytest.param(b'[{"a": 1}, {"b": [1', 2, "ends in the middle", id="cut in record"),
        pytest.param(b'[{"a": 1}, {"b": "', 2, "ends in the middle", id="cut in string"),
        pytest.param(b'[{"a": 1}] and more', 2, "more text after the array", id="text after"),
        pytest.param(b'{"a": 1} {"b": 2}', 2, "a line of its own", id="two on a line"),
        pytest.param(b'[{"a": NaN}]', 1, "NaN", id="nan"),
        pytest.param(b'[{"a": 1e400, b: 2}]', 1, "64-bit float", id="too large a float, and no JSON"),
        pytest.param(b'[{"a": 1]', 1, "not valid JSON", id="wrong bracket"),
        pytest.param(b'[{"a": "\xff"}]', 1, "not valid UTF-8", id="not utf-8"),
        pytest.param(b'[{"a": "\x00"}]', 1, "invisible character, U+0000", id="nul as it is"),
        pytest.param(b'[{"a": 1}, {b: 2}]', 2, "not valid JSON", id="bare key"),
    ],
)
@pytest.mark.parametrize("chunk", [1, 1000])
def test_a_refusal_names_the_record(data, number, reason, chunk):
    error = refusal(data, chunk=chunk)

    assert error.number == number
    assert str(error).startswith(f"record {number}: ")
    assert reason in str(error)


@pytest.mark.parametrize("data", [b'"name","email"\r\n"\'Jane"', b"name,email\nJane,", b"1,2"])
def test_a_csv_file_is_refused_as_one(data):
    with pytest.raises(TransferError, match="CSV is not imported, use JSON"):
        read_each(data)


def test_a_record_may_be_as_long_as_the_limit_and_no_longer():
    record = b'{"a": "' + b"x" * 91 + b'"}'

    assert len(numbered(b"[" + record + b"]", limit=100)) == 1
    too_long, after = read_each(b"[" + record + b', {"b": 1}]', limit=99)
    assert "longer than 99 bytes" in too_long.reason
    assert after == {"b": 1}


def deep(levels: int) -> bytes:
    return b"[" * levels + b"]" * levels


@pytest.mark.parametrize(
    ("record", "reason", "path", "at"),
    [
        pytest.param(rb'{"email": "j@e.org", "a": "x\u0000"}', "NUL", "a", 26, id="NUL"),
        pytest.param(
            rb'{"email": "j@e.org", "user_metadata": {"a": ["\ud800"]}}',
            "surrogate",
            "user_metadata.a[0]",
            45,
            id="half a surrogate pair",
        ),
        pytest.param(
            rb'{"email": "j@e.org", "m": {"a": 1, "a": 2}}', "given twice", "m.a", 35, id="doubled key"
        ),
        pytest.param(
            b'{"email": "j@e.org", "m": [0, 0.12345678901234567890]}', "float", "m[1]", 30, id="digits"
        ),
        pytest.param(b'{"email": "j@e.org", "m": 1e400}', "float", "m", 26, id="beyond a double"),
        pytest.param(
            b'{"email": "j@e.org", "m": ' + b"1" * 1001 + b"}", "1000 digits", "m", 26, id="integer"
        ),
        pytest.param(
            b'{"email": "j@e.org", "m": ' + deep(300) + b"}", "nested deeper", "m[0][0][0]", 225, id="300"
        ),
        pytest.param(
            b'{"email": "j@e.org", "m": ' + deep(40_000) + b"}", "nested deeper", "m[0]", 225, id="40,000"
        ),
        pytest.param(b'["j@e.org"]', "an object, not array", "", 0, id="a list"),
        pytest.param(b'"j@e.org"', "an object, not string", "", 0, id="a string"),
        pytest.param(rb'"\ud800"', "surrogate", "", 0, id="half a surrogate pair alone"),
        pytest.param(b"-1.5e3", "an object, not number", "", 0, id="a number"),
        pytest.param(b"null", "an object, not null", "", 0, id="null"),
    ],
)
@pytest.mark.parametrize("chunk", [1, 1000])
@pytest.mark.parametrize("is_array", [True, False])
def test_a_record_that_cannot_be_stored_fails_alone(record, reason, path, at, chunk, is_array):
    first, last = '{"name": "Müller"}'.encode(), b'{"c": 3}'
    separator = b",\n" if is_array else b"\n"
    data = separator.join([first, record, last])

    before, error, after = read_each(b"[" + data + b"]" if is_array else data, chunk=chunk)

    assert (before, after) == ({"name": "Müller"}, {"c": 3})
    assert reason in error.reason
    assert error.path.startswith(path)
    assert error.byte == is_array + len(first + separator) + at
    assert error.email == ("j@e.org" if record[:1] == b"{" else None)
    assert f"record 2, byte {error.byte}" in str(error)


@pytest.mark.parametrize(
    ("text", "email"),
    [
        (rb'{"email": "j\u00e9@e.org", "a": "\u0000"}', "jé@e.org"),
        (rb'{"m": {"email": "other@e.org"}, "email": "j@e.org", "a": 1e400}', "j@e.org"),
        (rb'{"m": {"email": "other@e.org"}, "a": 1e400}', None),
        (rb'{"email": "j\u0000@e.org"}', None),
        (rb'{"email": 7, "a": 1e400}', None),
        (rb'{"a": "email", "b": 1e400}', None),
        (b'{"email": "j@e.org", "a": "' + b"x" * LIMIT + b'"}', "j@e.org"),
        (b'{"a": "' + b"x" * LIMIT + b'", "email": "j@e.org"}', None),
    ],
)
def test_the_email_is_named_where_it_can_be_read(text, email):
    (error,) = read_each(text)

    assert error.email == email


def test_a_path_is_no_longer_than_a_message_may_be():
    (error,) = read_each(b'{"' + b"a" * 5000 + b'": 1e400}')

    assert len(error.path) == 200


json_texts = st.recursive(
    st.sampled_from([rb'"\ud800"', rb'"\u0000"', b'"x"', b"1e400", b"0.1", b"null", b"9" * 1001, b"-0"]),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda each: b"[" + b",".join(each) + b"]")
        | st.lists(st.tuples(st.sampled_from([b'"a"', b'"email"']), inner), max_size=3).map(
            lambda each: b"{" + b",".join(name + b": " + value for name, value in each) + b"}"
        )
    ),
    max_leaves=8,
)


@given(st.lists(json_texts, min_size=1, max_size=4), st.integers(1, 9), st.booleans())
def test_no_json_fails_the_file(texts, chunk, is_array):
    data = b"[" + b",".join(texts) + b"]" if is_array or texts[0][:1] == b"[" else b"\n".join(texts)

    found = read_each(data, chunk=chunk)

    assert len(found) == len(texts)
    for error in found:
        assert isinstance(error, dict) or data[error.byte : error.byte + 1] not in (b"", b" ", b",")


class Endless(io.RawIOBase):
    """A file of `count` records that is nowhere whole."""

    def __init__(self, record: bytes, count: int) -> None:
        self._pieces = chain([b"[" + record], repeat(b"," + record, count - 1), [b"]"])

    def read(self, size: int = -1) -> bytes:
        return next(self._pieces, b"")


@pytest.mark.parametrize("count", [5_000, pytest.param(250_000, marks=pytest.mark.deep)])
def test_memory_does_not_grow_with_the_file(count):  # 10 MB, and 500 MB
    record = json.dumps({"email": "jane.doe@example.com", "user_metadata": {"note": "x" * 2_000}}).encode()
    tracemalloc.start()
    try:
        found = sum(1 for each in read_records(Endless(record, count), max_bytes=LIMIT) if each.value())
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert found == count
    assert peak < 1_000_000


def test_of_a_record_without_end_only_the_beginning_is_held():
    tracemalloc.start()
    try:
        with pytest.raises(TransferError, match="ends in the middle"):
            list(read_records(Endless(b'{"a": "' + b"x" * 50_000, 2_000), max_bytes=LIMIT))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak < 1_000_000
