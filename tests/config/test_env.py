"""Each reader of the environment: what it takes, and that what it refuses is named."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import env


@pytest.fixture
def given(monkeypatch):
    def give(value: str | None) -> str:
        if value is None:
            monkeypatch.delenv("VARIABLE", raising=False)
        else:
            monkeypatch.setenv("VARIABLE", value)
        return "VARIABLE"

    return give


def refused(reader, name: str, **options) -> str:
    with pytest.raises(ImproperlyConfigured, match=r"^VARIABLE must ") as caught:
        reader(name, **options)
    return str(caught.value)


@pytest.mark.parametrize(
    ("value", "expected"), [("true", True), ("false", False), (None, True), ("", True), (" false ", False)]
)
def test_a_flag_is_true_or_false(given, value, expected):
    assert env.flag(given(value), default=True) is expected


@pytest.mark.parametrize("value", ["True", "FALSE", "yes", "no", "1", "0", "on", "truee", "'true'"])
def test_a_flag_is_never_guessed(given, value):
    assert repr(value) in refused(env.flag, given(value), default=False)


@pytest.mark.parametrize(
    ("value", "expected"), [("1", 1), ("65535", 65535), (None, 8000), ("", 8000), (" 80 ", 80)]
)
def test_a_number_within_bounds(given, value, expected):
    assert env.number(given(value), default=8000, least=1, most=65535) == expected


@pytest.mark.parametrize("value", ["0", "65536", "-1", "8000.0", "eight", "٨", "1_000", "0x50"])
def test_other_numbers_are_refused(given, value):
    assert "from 1 to 65535" in refused(env.number, given(value), default=8000, least=1, most=65535)


def test_a_number_without_an_upper_bound_says_the_lower(given):
    assert "at least 5" in refused(env.number, given("4"), default=9, least=5)


def test_text_falls_back_where_it_is_empty(given):
    assert env.text(given("  "), "default") == "default"
    assert env.text(given(" word "), "default") == "word"


def test_what_is_required_says_why(given):
    assert env.required(given("here"), why="it matters") == "here"
    assert "it matters" in refused(env.required, given(None), why="it matters")


@pytest.mark.parametrize(
    ("value", "expected"), [("a,b", ("a", "b")), (" a , , b ", ("a", "b")), ("", ("x",)), (None, ("x",))]
)
def test_words_are_separated_by_commas(given, value, expected):
    assert env.words(given(value), ("x",)) == expected


def test_hosts_are_names(given):
    assert env.hosts(given("desk.example.com, [::1]"), default=()) == ("desk.example.com", "[::1]")
    assert env.hosts(given(None), default=("localhost",)) == ("localhost",)


def test_hosts_for_requests(given):
    found = env.request_targets(given("api.Example.com, *.slack.com:8443"))

    assert found == {"api.example.com", "*.slack.com:8443"}
    assert env.request_targets(given("crm.internal:8080,db:1"), with_ports=True) == {
        "crm.internal:8080",
        "db:1",
    }
    assert env.request_targets(given(None)) == frozenset()


@pytest.mark.parametrize(
    "value", ["*", "*.com:x", "https://a.example", "a.example/x", "localhost", "a.example:", "*a.example"]
)
def test_what_is_no_host_for_requests(given, value):
    refused(env.request_targets, given(value))


@pytest.mark.parametrize("value", ["crm.internal", "*.internal:80", "*:80", "http://crm.internal:80"])
def test_private_hosts_for_requests_have_a_name_and_a_port(given, value):
    refused(env.request_targets, given(value), with_ports=True)


@pytest.mark.parametrize("value", ["*", "*.example.com", "desk.example.com,*", "https://desk.example.com"])
def test_wildcards_and_addresses_are_no_hosts(given, value):
    refused(env.hosts, given(value), default=())


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("https://desk.example.com", "https://desk.example.com"),
        ("https://desk.example.com/", "https://desk.example.com"),
        ("https://desk.example.com:8443", "https://desk.example.com:8443"),
        ("http://127.0.0.1:9000", "http://127.0.0.1:9000"),
        ("http://127.8.0.1", "http://127.8.0.1"),
        ("http://localhost:8000", "http://localhost:8000"),
        ("http://[::1]:8000", "http://[::1]:8000"),
        (None, "http://127.0.0.1:8000"),
    ],
)
def test_a_public_url(given, value, expected):
    assert env.public_url(given(value), default="http://127.0.0.1:8000") == expected


@pytest.mark.parametrize(
    "value",
    [
        "http://desk.example.com",
        "http://192.168.1.5:8000",
        "http://0.0.0.0:8000",
        "http://localhost.example.com",
        "http://127.0.0.1.example.com",
    ],
)
def test_plain_http_is_for_this_machine_only(given, value):
    assert "https://" in refused(env.public_url, given(value), default="")


@pytest.mark.parametrize(
    "value",
    [
        "desk.example.com",
        "https://",
        "https://desk.example.com/path",
        "https://desk.example.com?query",
        "https://me:secret@desk.example.com",
        "https://desk.example.com:port",
        "https://desk.example.com:99999",
        "https://[::1",
        "ftp://desk.example.com",
        "javascript:alert(1)",
    ],
)
def test_other_public_urls_are_refused(given, value):
    refused(env.public_url, given(value), default="")


@pytest.mark.parametrize(
    ("value", "engine", "name"),
    [
        ("sqlite:////var/lib/desk.sqlite3", "sqlite3", "/var/lib/desk.sqlite3"),
        ("sqlite://:memory:", "sqlite3", ":memory:"),
        ("postgres://desk:secret@db.example.com:5432/desk", "postgresql", "desk"),
        ("postgresql://desk:secret@db.example.com/desk", "postgresql", "desk"),
        (None, "sqlite3", "default.sqlite3"),
    ],
)
def test_a_database(given, value, engine, name):
    found = env.database(given(value), default="sqlite:///default.sqlite3")

    assert found["ENGINE"] == f"django.db.backends.{engine}"
    assert found["NAME"] == name


@pytest.mark.parametrize("value", ["mysql://localhost/desk", "desk.sqlite3", "postgres://localhost"])
def test_other_databases_are_refused(given, value):
    assert "secret" not in refused(env.database, given(value), default="")


def test_a_refused_database_does_not_tell_its_password(given):
    assert "secret" not in refused(env.database, given("mysql://desk:secret@localhost/desk"), default="")


@pytest.mark.parametrize(
    "value", ["redis://localhost:6379/0", "rediss://cache.example.com", "unix:///run/r", ""]
)
def test_a_redis_address(given, value):
    assert env.redis_url(given(value)) == value


@pytest.mark.parametrize("value", ["localhost:6379", "http://localhost:6379"])
def test_other_redis_addresses_are_refused(given, value):
    refused(env.redis_url, given(value))


def test_mail_over_smtp(given):
    found = env.email(given("smtp+tls://desk:secret@mail.example.com:587"))

    assert (found["EMAIL_HOST"], found["EMAIL_PORT"], found["EMAIL_USE_TLS"]) == (
        "mail.example.com",
        587,
        True,
    )


def test_mail_in_the_terminal(given):
    assert "console" in env.email(given("consolemail://"))["EMAIL_BACKEND"]


def test_no_mail(given):
    assert env.email(given(None)) == {}


@pytest.mark.parametrize(
    "value", ["mail.example.com", "http://mail.example.com", "smtp://mail.example.com:port"]
)
def test_other_mail_addresses_are_refused(given, value):
    refused(env.email, given(value))


def test_the_file_gives_only_what_the_environment_lacks(tmp_path, monkeypatch):
    monkeypatch.setenv("SET_ALREADY", "environment")
    monkeypatch.delenv("SET_IN_FILE", raising=False)
    monkeypatch.setattr(env.os, "environ", env.os.environ.copy())
    monkeypatch.setattr(env.environ.Env, "ENVIRON", env.os.environ)
    file = tmp_path / ".env"
    file.write_text("SET_ALREADY=file\nSET_IN_FILE=file\n")

    env.read_file(file)

    assert env.text("SET_ALREADY") == "environment"
    assert env.text("SET_IN_FILE") == "file"


@pytest.mark.parametrize("value", ["#0f7f76", "#FFDD00", "", None])
def test_a_color_has_six_digits(given, value):
    assert env.color(given(value)) == (value or "")


@pytest.mark.parametrize("value", ["teal", "#fff", "0f7f76", "#0f7f76;"])
def test_another_color_is_refused(given, value):
    assert value in refused(env.color, given(value))


@pytest.mark.parametrize("value", ["https://example.com/terms", "http://127.0.0.1/privacy", None])
def test_a_web_page_is_a_url(given, value):
    assert env.web_page(given(value)) == (value or "")


@pytest.mark.parametrize("value", ["example.com", "javascript:alert(1)", "https://", "https://a b"])
def test_another_url_of_a_page_is_refused(given, value):
    assert value in refused(env.web_page, given(value))


def test_an_image_is_read_as_a_data_url(given, tmp_path):
    (tmp_path / "logo.svg").write_bytes(b"<svg/>")

    assert env.image(given("logo.svg"), beside=tmp_path, most=6) == "data:image/svg+xml;base64,PHN2Zy8+"
    assert env.image(given(None), beside=tmp_path, most=6) == ""


def test_the_type_of_an_image_is_that_of_its_content(given, tmp_path):
    (tmp_path / "logo.svg").write_bytes(b"\xff\xd8\xff")

    assert env.image(given("logo.svg"), beside=tmp_path, most=6) == "data:image/jpeg;base64,/9j/"


@pytest.mark.parametrize("name", ["text.png", "missing.png", "large.png"])
def test_another_image_is_refused(given, tmp_path, name):
    (tmp_path / "text.png").write_bytes(b"GIF89a")
    (tmp_path / "large.png").write_bytes(b"1234567")

    refused(env.image, given(name), beside=tmp_path, most=6)
