"""What counts as an e-mail address."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from users.metadata.identifiers import email_key
from users.representation.emails import is_email

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@pytest.mark.parametrize(
    "address",
    [
        "jane@example.com",
        "jane.doe+surf@mail.example.co.uk",
        "o'brien@example.ie",
        "j@e.de",
        "_@example.com",
        "jané@exämple.com",
        "用户@例子.广告",
        "jane@xn--exmple-cua.com",
        "jane@1.2",
        f"{'j' * 64}@example.com",
        f"jane@{'e' * 63}.com",
        f"jane@{'.'.join(['e' * 60] * 4)}.{'e' * 5}",
    ],
)
def test_an_address_is_taken(address):
    assert is_email(address)


@pytest.mark.parametrize(
    "address",
    [
        pytest.param("", id="nothing"),
        pytest.param("jane", id="no @"),
        pytest.param("@example.com", id="nobody"),
        pytest.param("jane@", id="nowhere"),
        pytest.param("jane@localhost", id="no dot in the domain"),
        pytest.param("jane@example..com", id="an empty label"),
        pytest.param("jane@.example.com", id="an empty first label"),
        pytest.param("jane@example.com.", id="an empty last label"),
        pytest.param("jane@-example.com", id="a hyphen first"),
        pytest.param("jane@example-.com", id="a hyphen last"),
        pytest.param("jane@exa_mple_.com", id="an underscore last"),
        pytest.param(".jane@example.com", id="a dot first"),
        pytest.param("jane.@example.com", id="a dot last"),
        pytest.param("jane..doe@example.com", id="two dots"),
        pytest.param("jane@doe@example.com", id="two @"),
        pytest.param("jane doe@example.com", id="a space"),
        pytest.param("jane@example.com\n", id="a line end"),
        pytest.param("jane\r\nBcc: all@example.com", id="a header"),
        pytest.param("jane\0@example.com", id="NUL"),
        pytest.param("jane\x7f@example.com", id="DEL"),
        pytest.param("<jane@example.com>", id="angle brackets"),
        pytest.param("Jane <jane@example.com>", id="with a name"),
        pytest.param('"jane doe"@example.com', id="quoted"),
        pytest.param("jane@[127.0.0.1]", id="a numeric host"),
        pytest.param("jane\u200b@example.com", id="a zero-width space"),
        pytest.param("ja\u00adne@example.com", id="a soft hyphen"),
        pytest.param("\u202ejane@example.com", id="a change of direction"),
        pytest.param("jane\u0085@example.com", id="a control character beyond ASCII"),
        pytest.param("jane\u3164@example.com", id="a filler"),
        pytest.param("jane,john@example.com", id="two people"),
        pytest.param("mailto:jane@example.com", id="a link"),
        pytest.param("jane@exam ple.com", id="a space in the domain"),
        pytest.param("jane@example.com/path", id="a path"),
        pytest.param("jane@exa_mple.com", id="an underscore in the domain"),
        pytest.param("jane@i❤.example", id="a sign in the domain"),
        pytest.param("jane@ﬁx.example", id="a compatibility form in the domain"),
        pytest.param("jane@xn--zz.example", id="an A-label of nothing"),
        pytest.param("jane@ex--ample.com", id="a reserved label"),
        pytest.param("jane@example。com", id="a dot of another script"),
        pytest.param(f"{'j' * 65}@example.com", id="65 before the @"),
        pytest.param(f"jane@{'e' * 64}.com", id="a label of 64"),
        pytest.param(f"jane@{'.'.join(['e' * 60] * 4)}.{'e' * 6}", id="255 in all"),
    ],
)
def test_anything_else_is_not(address):
    assert not is_email(address)


@given(st.emails())
def test_any_address_by_the_book_is_taken(address):
    assert is_email(address)


@given(text, text, text)
def test_what_is_taken_is_one_line_with_one_at_and_fits_its_column(local, domain, top):
    address = f"{local}@{domain}.{top}"

    if is_email(address):
        assert address.count("@") == 1
        assert not any(c.isspace() or (unicodedata.category(c) == "Cc" and ord(c) < 128) for c in address)
        assert max(len(address), len(address.lower()), len(email_key(address))) <= 254


@pytest.mark.parametrize("letter", ["İ", "\u0958"], ids=["in lower case", "in NFC"])
def test_an_address_that_grows_beyond_the_limit_is_not(letter):
    domain = ".".join(["e" * 60] * 3)

    assert is_email(f"{letter * 32}@{domain}")
    assert len(f"{letter * 64}@{domain}") <= 254
    assert not is_email(f"{letter * 64}@{domain}")


@given(st.text(max_size=400))
def test_any_text_is_judged_without_an_error(address):
    assert is_email(address) in (True, False)
