"""The generator: the same people everywhere, as various as people are."""

from __future__ import annotations

import hashlib
import json
from collections import Counter

import pytest

from users.import_export.record_schema import to_record
from users.management.demo.user_records import generate_user, generate_users, write_import_file
from users.metadata.limits import Limits
from users.metadata.validate import validate
from users.models import Connection

THOUSAND = list(generate_users(1000))


def test_the_same_bytes_on_every_machine(tmp_path):
    path = tmp_path / "people.json"

    write_import_file(path, 50)

    assert (
        hashlib.sha256(path.read_bytes()).hexdigest()
        == "6d59a5035b12cb4c0d29c756ae4926a66c2358d56bc193d14d4998d5d235432f"
    )


def test_a_person_depends_on_seed_and_number_alone():
    assert generate_user(7) == list(generate_users(8))[7]
    assert generate_user(7, seed="other") != generate_user(7)


@pytest.mark.parametrize("count", [0, 1, 3])
def test_the_file_is_one_array(tmp_path, count):
    path = tmp_path / "people.json"

    write_import_file(path, count)

    assert json.loads(path.read_text(encoding="utf-8")) == list(generate_users(count))


def test_every_record_is_one_that_the_import_takes():
    connection = Connection(strategy="auth0")
    for record in THOUSAND:
        to_record(record, connection)
        for document in ("user_metadata", "app_metadata"):
            validate(document, record[document], Limits())


def test_nobody_comes_twice():
    assert len({record["email"] for record in THOUSAND}) == 1000
    assert len({record["user_id"] for record in THOUSAND}) == 1000


def test_mail_goes_to_nobody_real():
    domains = {record["email"].rpartition("@")[2] for record in THOUSAND}

    assert all(domain.endswith(("example.com", "example.org", "example.net")) for domain in domains)


def test_ids_come_without_a_provider():
    assert all(len(record["user_id"]) == 24 and record["user_id"].isalnum() for record in THOUSAND)


def test_names_come_in_many_alphabets():
    scripts = {
        "Latin": "a",
        "Greek": "α",
        "Cyrillic": "а",
        "Han": "佐",
        "Hangul": "김",
        "Arabic": "ا",
        "Devanagari": "र",
    }
    letters = set("".join(record["name"] for record in THOUSAND))

    assert {name for name, letter in scripts.items() if letter in letters} == set(scripts)


def test_plans_and_blocks_are_as_uneven_as_in_life():
    plans = Counter(record["app_metadata"]["plan"] for record in THOUSAND)

    assert plans["free"] > plans["pro"] > plans["full"] > 50
    assert 5 < sum(record.get("blocked", False) for record in THOUSAND) < 60


def test_documents_differ_in_what_they_hold():
    shapes = {(frozenset(record["user_metadata"]), frozenset(record["app_metadata"])) for record in THOUSAND}

    assert len(shapes) > 100
