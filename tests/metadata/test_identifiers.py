"""Which emails and user names are the same."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.metadata.values import text
from users.metadata.identifiers import (
    delivery_email,
    domain_key,
    email_key,
    email_part_key,
    is_domain,
    lower_case,
)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        pytest.param("JANE@EXAMPLE.COM", "jane@example.com", id="capitals"),
        pytest.param("É@example.com", "é@example.com", id="a capital with an accent"),
        pytest.param("é@example.com", "e\u0301@example.com", id="an accent in two code points"),
        pytest.param("ẞ@example.com", "ß@example.com", id="capital sharp s"),
        pytest.param("jane@BÜCHER.example", "jane@bücher.example", id="a capital in the domain"),
        pytest.param("jane@bücher.example", "jane@xn--bcher-kva.example", id="A-label and U-label"),
        pytest.param("jane@straße.example", "jane@xn--strae-oqa.example", id="sharp s in the domain"),
        pytest.param("jane@xn--BCHER-KVA.example", "jane@xn--bcher-kva.example", id="a capital A-label"),
    ],
)
def test_these_emails_are_one(left, right):
    assert email_key(left) == email_key(right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        pytest.param("straße@example.com", "strasse@example.com", id="sharp s"),
        pytest.param("ﬁx@example.com", "fix@example.com", id="a ligature"),
        pytest.param("jane@straße.de", "jane@strasse.de", id="sharp s in the domain"),
        pytest.param("jane@ﬁx.de", "jane@fix.de", id="a ligature in the domain"),
        pytest.param("jane@ｅxample.com", "jane@example.com", id="a full-width letter in the domain"),
        pytest.param("οδος@example.gr", "οδοσ@example.gr", id="two forms of sigma"),
        pytest.param("jane@ı.example", "jane@i.example", id="dotless i"),
        pytest.param("jane@xn--.example", "jane@example", id="an empty A-label"),
    ],
)
def test_these_emails_are_two(left, right):
    assert email_key(left) != email_key(right)


@given(text)
def test_the_key_of_a_key_is_itself(value):
    for key_of in (lower_case, domain_key, email_key):
        assert key_of(key_of(value)) == key_of(value)


@given(text)
def test_how_accents_are_encoded_does_not_matter(value):
    assert email_key(unicodedata.normalize("NFC", value)) == email_key(unicodedata.normalize("NFD", value))


def test_text_too_long_for_an_email_is_not_normalized():
    # It would take hours: the time grows with the square of the length.
    endless = "a" + "\u0301\u0323" * 1_000_000

    assert email_key(endless) == lower_case(endless) == domain_key(endless) == endless
    assert not is_domain(endless)


@pytest.mark.parametrize(
    ("part", "key"),
    [
        ("JANE@", "jane@"),
        ("@XN--BCHER-KVA.example", "@bücher.example"),
        (".xn--p1ai", ".рф"),
        ("xn--bch", "xn--bch"),
        ("@straße", "@straße"),
    ],
)
def test_a_part_of_an_email_is_in_the_form_of_the_whole(part, key):
    assert email_part_key(part) == key


@pytest.mark.parametrize(
    "domain",
    [
        *("a_b.example", "ab--cd.example", "-a.example", "a-.example", "a..example", ".example", "example."),
        *(
            "i❤.example",
            "ﬁx.example",
            "ｅxample.com",
            "a。example",
            "xn--zz.example",
            "xn--.example",
            "example",
        ),
        *(f"{'a' * 64}.example", "\u0301a.example", "a b.example", "", "xn--strasse-.example"),
    ],
)
def test_these_domains_are_invalid(domain):
    assert not is_domain(domain)


@pytest.mark.parametrize(
    ("email", "delivered"),
    [
        ("jane@example.com", "jane@example.com"),
        ("Jane@Straße.de", "Jane@xn--strae-oqa.de"),
        ("jane@xn--bcher-kva.example", "jane@xn--bcher-kva.example"),
        ("josé@例え.テスト", "josé@xn--r8jz45g.xn--zckzah"),
    ],
)
def test_mail_goes_to_the_domain_in_ascii(email, delivered):
    assert delivery_email(email) == delivered


@pytest.mark.parametrize("email", ["jane@ﬁx.example", "jane@i❤.example"])
def test_no_mail_goes_to_an_invalid_domain(email):
    with pytest.raises(UnicodeError):
        delivery_email(email)


@given(st.text(max_size=80))
def test_any_text_has_a_key(value):
    assert isinstance(email_key(value) + domain_key(value) + email_part_key(value), str)
