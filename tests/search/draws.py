"""Profiles and queries to try, drawn from few enough values to meet each other."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.lucene.queries import ranges, trees
from users.lucene.nodes import Exists, Match, Name, Pattern, Word
from users.metadata.documents import DOCUMENTS as DOCUMENT_NAMES
from users.metadata.identifiers import email_key
from users.metadata.tally import KINDS

# Few enough to meet, and with all that trips a database up.
TEXTS = st.one_of(
    st.sampled_from(
        [
            *("a", "ab", "A", "ä", "Ä", "a\u0308", "ß", "SS", "", " ", "\n", "日本", "😀", "\U0010ffff"),
            *("13", "13.0", "-1", "1e1", "07", "true", "false", "null"),
            *("*", "%", "_", "?", "[", "\\", "'", '"', "';--", "a.b", "$", "@", "|", "%s"),
            *("2026", "2026-01", "2026-01-31", "2026-01-31T10:00:00Z", "2026-02-01T00:00:00.500Z"),
        ]
    ),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=3),
)
NUMBERS = st.integers(-20, 20) | st.sampled_from([0.5, 13.0, 1e300, -2.5, 2**53, 0.1, 12345.678])
SCALARS = TEXTS | NUMBERS | st.booleans() | st.none()
KEYS = st.sampled_from(["a", "b", "a b", "A", "ä", 'k"', "\\", "'", "0", "%s", "[0]", "*", "日", "{}"])
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=2),
    max_leaves=5,
)
DOCUMENTS = st.none() | st.dictionaries(KEYS, VALUES, max_size=3)
LETTERS = st.text("abAB.é", min_size=1, max_size=3)
DOMAINS = st.sampled_from(["a", "b.a", "A", "ß", "ss", "ü", "xn--tda"])
EMAILS = st.builds("{}@{}.org".format, LETTERS | st.sampled_from(["ß", "ss", "SS"]), DOMAINS)
MOMENTS = st.sampled_from(
    [
        *("2025-12-31T23:59:59.999Z", "2026-01-01T00:00:00Z"),
        *("2026-01-31T10:00:00.500Z", "2026-02-01T00:00:00.250400Z"),
    ]
)
IDENTITIES = st.lists(
    st.fixed_dictionaries(
        {
            "connection": st.sampled_from(["a", "b"]),
            "provider": st.sampled_from(["auth0", "a"]),
            "user_id": st.sampled_from(["1", "a|1"]),
            "isSocial": st.booleans(),
        },
        optional={"profileData": st.dictionaries(KEYS, SCALARS, max_size=2)},
    ),
    max_size=2,
)
PROFILES = st.fixed_dictionaries(
    {"created_at": MOMENTS, "updated_at": MOMENTS, "user_metadata": DOCUMENTS, "app_metadata": DOCUMENTS},
    optional={
        "user_id": st.from_regex(r"(auth0|a)\|(a\||A)?[1-9]{6}", fullmatch=True),
        "email": EMAILS,
        "email_verified": st.booleans(),
        "username": LETTERS,
        "name": LETTERS,
        "nickname": LETTERS,
        "given_name": LETTERS,
        "middle_name": LETTERS,
        "family_name": LETTERS,
        "locale": st.sampled_from(["de", "de-AT"]),
        "zoneinfo": st.sampled_from(["Europe/Berlin", "UTC"]),
        "phone_number": st.sampled_from(["+1", "+12"]),
        "phone_verified": st.booleans(),
        "blocked": st.booleans(),
        "last_login": MOMENTS,
        "last_ip": st.sampled_from(["10.0.0.1", "2001:db8::1"]),
        "logins_count": st.integers(0, 20),
        "identities": IDENTITIES,
    },
)
# What no two accounts of a connection share.
UNIQUE = tuple(
    lambda given, name=name: email_key(given.get(name, str(id(given))))
    for name in ("user_id", "email", "username")
)

LITERALS = TEXTS.filter(lambda text: text.strip() != "")
NUMBER_WORDS = NUMBERS.map(lambda number: Word(str(number)))
WORDS = st.builds(Word, LITERALS, st.booleans()) | st.just(Word("", is_quoted=True)) | NUMBER_WORDS
DATES = st.sampled_from(
    [
        *("2025", "2026-01", "2026-02", "2026-01-31"),
        *("2026-01-31T10:00:00Z", "2026-02-01T01:00:00.250+01:00"),
    ]
)
DATE_WORDS = st.builds(Word, DATES, st.booleans())
FLAGS = st.sampled_from([Word("true"), Word("false")])
PROFILE_WORDS = st.builds(
    Word, LETTERS | EMAILS | st.sampled_from(["auth0", "a|1", "1", "+1", "10.0.0.1", "b.a.org", "b"])
)


def patterns(texts):
    leading = st.builds(lambda text, end: ("", text.ljust(3, "b"), *end), texts, st.sampled_from([(), ("",)]))
    return (st.tuples(texts, texts | st.just("")) | leading).map(Pattern)


def names(*dotted):
    return st.sampled_from([Name(tuple(name.split("."))) for name in dotted])


PATHS = st.lists(KEYS, min_size=1, max_size=2).map(tuple)
METADATA = st.builds(lambda name, keys: Name((name, *keys)), st.sampled_from([*DOCUMENT_NAMES]), PATHS)
TYPE_OF = METADATA.map(lambda name: Name(("_type_", *name.path)))
PROFILE_DATA = PATHS.map(lambda keys: Name(("identities", "profileData", *keys)))
TEXT = names(
    *("user_id", "email", "email.domain", "username", "name", "nickname", "given_name", "family_name"),
    *("middle_name", "locale", "zoneinfo"),
    *("phone_number", "last_ip", "identities.connection", "identities.provider", "identities.user_id"),
)
FLAG = names("email_verified", "phone_verified", "blocked", "identities.isSocial")
MOMENT = names("created_at", "updated_at", "last_login")
NUMBER = names("logins_count")
CONTAINER = names("user_metadata", "app_metadata", "identities", "identities.profileData")
METADATA_VALUES = st.one_of(
    WORDS, patterns(LITERALS), ranges(WORDS), ranges(NUMBER_WORDS), ranges(DATE_WORDS), FLAGS
)
TERMS = st.one_of(
    st.builds(Match, METADATA | PROFILE_DATA, METADATA_VALUES),
    st.builds(Match, TYPE_OF, st.sampled_from([*KINDS]).map(Word)),
    st.builds(Match, TEXT, PROFILE_WORDS | patterns(LETTERS) | ranges(PROFILE_WORDS)),
    st.builds(Match, st.none(), PROFILE_WORDS | patterns(LETTERS)),
    st.builds(Match, names("words"), PROFILE_WORDS | st.builds(Word, st.sampled_from(["ä", "ae", "ba-a"]))),
    st.builds(Match, FLAG, FLAGS),
    st.builds(Match, MOMENT, DATE_WORDS | ranges(DATE_WORDS)),
    st.builds(Match, NUMBER, NUMBER_WORDS | ranges(NUMBER_WORDS)),
    st.builds(Exists, METADATA | PROFILE_DATA | TEXT | FLAG | MOMENT | NUMBER | CONTAINER),
)
QUERIES = trees(TERMS)
