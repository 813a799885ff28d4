"""Generate realistic users as a file in Auth0's bulk-import format.

User `i` depends on the seed and on `i` alone, so a longer file starts with a shorter one. The email domains
are those reserved for examples (RFC 2606), so no mail reaches a real mailbox.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from users.management.demo.places import PLACES, Place
from users.management.demo.random_values import SeededRandom

SEED = "profiledesk"

# An option that is repeated, here and below, is chosen more often.
DOMAINS = ("example.com", "example.com", "example.org", "example.net", "mail.example.com")
HOBBIES = (
    *("surfing", "chess", "climbing", "baking", "running", "photography", "gardening", "sailing"),
    *("knitting", "astronomy", "pottery", "archery", "beekeeping", "origami", "bird watching"),
)
THEMES = ("light", "light", "dark", "dark", "system")
COLOURS = ("teal", "coral", "indigo", "olive", "crimson", "slate")
TOPICS = ("product news", "events", "surveys", "security notices")
NOTES = (
    "Prefers to be called before noon.",
    "Asked for invoices on paper.",
    "Moved house; the old address may still turn up.",
    "Met at the spring fair, wants a follow-up.",
    "Had a refund for a doubled payment.",
    "Screen reader user: send text, not screenshots.",
)
# Weighted, so that the metadata map shows a realistic distribution.
PLANS = ("free",) * 6 + ("pro",) * 3 + ("full",)
ROLES = ("viewer", "editor", "billing", "support", "auditor", "developer")
SOURCES = ("search", "friend", "newsletter", "partner", "fair")
FIRST_DAY = date(2019, 1, 1)
DAYS = 2400


def write_import_file(path: Path, count: int, *, seed: str = SEED) -> None:
    """Write a bulk-import file of `count` users, one per line, with one in memory at a time."""
    # The same bytes on every machine: Windows would write CRLF.
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write("[")
        for position, record in enumerate(generate_users(count, seed=seed)):
            # Written by hand, since json.dump needs the whole list in memory.
            file.write(",\n" if position else "\n")
            json.dump(record, file, ensure_ascii=False)
        file.write("\n]\n")


def generate_users(count: int, *, seed: str = SEED) -> Iterator[dict[str, Any]]:
    """Yield the first `count` users."""
    return (generate_user(number, seed=seed) for number in range(count))


def generate_user(number: int, *, seed: str = SEED) -> dict[str, Any]:
    """Return one record of a bulk-import file. The email contains the number, so it is unique."""
    label = f"{seed}:{number}"
    dice = SeededRandom(label)
    place = dice.pick(PLACES)
    (given, latin_given), (family, latin_family) = dice.pick(place.given), dice.pick(place.family)
    local = f"{latin_given}.{latin_family}.{number}".lower()
    record = {
        # 24 hexadecimal digits, like Auth0's ids; the import adds the provider in front.
        # Derived from the seed: importing the file twice gives the same ids.
        "user_id": hashlib.blake2b(label.encode(), digest_size=12).hexdigest(),
        "email": f"{local}@{dice.pick(DOMAINS)}",
        "email_verified": not dice.one_in(6),
        "name": _full_name(place, given, family),
        "given_name": given,
        "family_name": family,
        "nickname": latin_given.lower(),
        "locale": f"{place.language}-{place.country}",
        "zoneinfo": place.zone,
        "user_metadata": _user_metadata(dice, place),
        "app_metadata": _app_metadata(dice, number),
    }
    # New choices belong at the end: each one uses up a part of the seed, so that one in between would change
    # all that follow.
    if dice.one_in(5):
        record["picture"] = f"https://pictures.example.com/{record['user_id']}.jpg"
    # Enough for a filter to have results, few enough not to dominate the list.
    if dice.one_in(40):
        record["blocked"] = True
    return record


def _full_name(place: Place, given: str, family: str) -> str:
    """Return the name in the order of its language."""
    return f"{family} {given}" if place.language in ("ja", "ko") else f"{given} {family}"


def _user_metadata(dice: SeededRandom, place: Place) -> dict[str, Any]:
    document: dict[str, Any] = {
        "hobby": dice.pick(HOBBIES),
        "language": place.language,
        "theme": dice.pick(THEMES),
        "timezone": place.zone,
    }
    if not dice.one_in(3):
        document["address"] = {
            "street": f"{dice.pick(place.streets)} {dice.between(1, 190)}",
            "city": dice.pick(place.cities),
            "postcode": f"{dice.randbelow(90000) + 10000}",
            "country": place.country,
        }
    if not dice.one_in(4):
        document["newsletter"] = {"wanted": not dice.one_in(3), "topics": dice.sample(TOPICS, 3)}
    if dice.one_in(2):
        document["birthday"] = (date(1946, 1, 1) + timedelta(days=dice.randbelow(22000))).isoformat()
    if dice.one_in(5):
        document["favourites"] = [
            {"name": name, "since": dice.between(1990, 2025)} for name in dice.sample(HOBBIES, 4)
        ]
    if dice.one_in(6):
        document["accessibility"] = {
            "larger_text": dice.one_in(2),
            "reduced_motion": dice.one_in(2),
            # Eighths are exact in binary, so JSON round-trips them.
            "zoom": dice.between(8, 20) / 8,
        }
    if dice.one_in(9):
        document["colour"] = dice.pick(COLOURS)
    return document


def _app_metadata(dice: SeededRandom, number: int) -> dict[str, Any]:
    joined = FIRST_DAY + timedelta(days=dice.randbelow(DAYS))
    document: dict[str, Any] = {
        "plan": dice.pick(PLANS),
        "roles": dice.sample(ROLES, 3),
        "credits": dice.randbelow(2500),
        "customer_number": f"C-{number:06d}",
        "customer_since": joined.isoformat(),
        "source": dice.pick(SOURCES),
    }
    if dice.one_in(2):
        document["limits"] = {"projects": dice.between(1, 40), "storage_gb": dice.pick((1, 5, 20, 100))}
    if dice.one_in(4):
        document["billing"] = {
            "method": dice.pick(("card", "invoice", "direct debit")),
            "due": dice.randbelow(60000) / 100,
            "reminders": dice.randbelow(4),
        }
    if dice.one_in(5):
        document["flags"] = {"beta": dice.one_in(2), "priority_support": dice.one_in(3)}
    if dice.one_in(8):
        document["trial_ends"] = (joined + timedelta(days=30)).isoformat()
    if dice.one_in(10):
        document["notes"] = [{"at": joined.isoformat(), "text": dice.pick(NOTES)}]
    return document
