"""Reading: both shapes of file, in pieces of any size, in bounded memory, strictly."""

from __future__ import annotations

import io
import json
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from users.metadata.equal import same
from users.transfer.errors import TransferError
from users.transfer.read import read

LIMIT = 100_000


def numbered(data: bytes, *, chunk: int = 7, limit: int = LIMIT) -> list:
    return list(read(io.BytesIO(data), max_bytes=limit, chunk=chunk))


def refusal(data: bytes, **options) -> TransferError:
    with pytest.raises(TransferError) as caught:
        numbered(data, **options)
    return caught.value


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
    assert same([value for _, value in found], written)


@given(records, st.integers(1, 40), st.sampled_from(["\n", "\r\n", "\n\n \n"]))
def test_lines_come_back_whatever_the_pieces(written, chunk, ending):
    data = ending.join(json.dumps(record) for record in written).encode()

    assert same([value for _, value in numbered(data, chunk=chunk)], written)


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
        pytest.param(b"name,email\n", 1, "begin with {", id="csv"),
        pytest.param(b'[{"a": 1}, 5]', 2, "begin with {", id="number"),
        pytest.param(b'[{"a": 1}, ["b"]]', 2, "begin with {", id="array in array"),
        pytest.param(b'[{"a": 1},]', 2, "begin with {", id="comma too many"),
        pytest.param(b'[{"a": 1} {"b": 2}]', 2, "a comma or ] must stand", id="comma too few"),
        pytest.param(b'[{"a": 1}', 2, "ends before its array is closed", id="array open"),
        pytest.param(b'[{"a": 1},', 2, "ends where a record should stand", id="cut after comma"),
        pytest.param(b'[{"a": 1}, {"b": [1', 2, "ends in the middle", id="cut in record"),
        pytest.param(b'[{"a": 1}, {"b": "', 2, "ends in the middle", id="cut in string"),
        pytest.param(b'[{"a": 1}] and more', 2, "more text after the array", id="text after"),
        pytest.param(b'{"a": 1} {"b": 2}', 2, "a line of its own", id="two on a line"),
        pytest.param(b'[{"a": 1}, {"a": 1, "a": 2}]', 2, "given twice", id="key twice"),
        pytest.param(b'[{"a": NaN}]', 1, "NaN", id="nan"),
        pytest.param(b'[{"a": 1}, {"b": 1e400}]', 2, "64-bit float", id="too large a float"),
        pytest.param(b'[{"a": 1]', 1, "not valid JSON", id="wrong bracket"),
        pytest.param(b'[{"a": "\xff"}]', 1, "not valid UTF-8", id="not utf-8"),
        pytest.param(b'[{"a": "\\u0000"}]', 1, "NUL character", id="nul"),
        pytest.param(b'[{"a": "\\ud800"}]', 1, "surrogate", id="half a character"),
        pytest.param(b'[{"a": 1}, {b: 2}]', 2, "not valid JSON", id="bare key"),
    ],
)
@pytest.mark.parametrize("chunk", [1, 1000])
def test_a_refusal_names_the_record(data, number, reason, chunk):
    error = refusal(data, chunk=chunk)

    assert error.number == number
    assert str(error).startswith(f"record {number}: ")
    assert reason in str(error)


def test_a_record_may_be_as_long_as_the_limit_and_no_longer():
    record = b'{"a": "' + b"x" * 91 + b'"}'

    assert len(numbered(b"[" + record + b"]", limit=100)) == 1
    assert "longer than 99 bytes" in refusal(b"[" + record + b"]", limit=99).reason


def test_nesting_beyond_any_reason_is_refused_not_crashed_on():
    assert "nested deeper" in refusal(b'[{"a": ' + b"[" * 40_000 + b"]" * 40_000 + b"}]").reason


class Endless(io.RawIOBase):
    """A file of `count` records that is nowhere whole."""

    def __init__(self, record: bytes, count: int) -> None:
        self._pieces = iter([b"[" + record, *([b"," + record] * (count - 1)), b"]"])

    def read(self, size: int = -1) -> bytes:
        return next(self._pieces, b"")


def test_memory_does_not_grow_with_the_file():
    record = json.dumps({"email": "jane.doe@example.com", "user_metadata": {"note": "x" * 2_000}}).encode()
    count = 20_000  # 40 MB in all
    tracemalloc.start()
    try:
        found = sum(1 for _ in read(Endless(record, count), max_bytes=LIMIT))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert found == count
    assert peak < 1_000_000


def test_a_record_without_end_is_given_up_early():
    tracemalloc.start()
    try:
        with pytest.raises(TransferError, match="longer than"):
            list(read(Endless(b'{"a": "' + b"x" * 50_000, 2_000), max_bytes=LIMIT))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak < 1_000_000
