"""The classes of searches, each as a query and as conditions of SQL written by hand.

Source: the design of the indexes, which promises something of each of these classes.
"""

from __future__ import annotations

from dataclasses import dataclass

JAN = "name_folded >= 'jan' AND name_folded < 'jao'"
CREDITS = (
    "CASE WHEN jsonb_typeof(app_metadata #> '{credits}') = 'number'"
    " THEN (app_metadata #> '{credits}')::numeric::float8 END"
)
CITY = (
    "CASE WHEN jsonb_typeof(user_metadata #> '{address,city}') = 'string'"
    " THEN user_metadata #>> '{address,city}' END COLLATE \"C\""
)

# What whoever writes those statements would make for them, beside the indexes there are.
INDEXES = {
    "postgresql": (
        f"CREATE INDEX IF NOT EXISTS by_hand_up ON users_user (({CREDITS}), id)",
        f"CREATE INDEX IF NOT EXISTS by_hand_down ON users_user (({CREDITS}) DESC NULLS LAST, id DESC)",
        f"CREATE INDEX IF NOT EXISTS by_hand_city ON users_user (({CITY}), id)",
    ),
    "sqlite": (
        "CREATE INDEX IF NOT EXISTS by_hand_up ON users_user (app_metadata ->> '$.credits', id)",
        "CREATE INDEX IF NOT EXISTS by_hand_city ON users_user (user_metadata ->> '$.address.city', id)",
    ),
}


@dataclass(frozen=True)
class Search:
    """`postgresql` and `sqlite` are what stands after WHERE, several phrasings of it where it is not
    plain which is the best. `has_goal`: an index serves it, so it must not grow with the people.
    `is_trap`: PostgreSQL may walk past everybody, and does until the moment it has for that is over."""

    name: str
    q: str
    postgresql: tuple[str, ...]
    sqlite: tuple[str, ...] = ()
    sort: str = "created_at:-1"
    # Of the statements by hand.
    order: str = "created_at DESC, id DESC"
    sqlite_order: str = ""
    has_goal: bool = True
    is_trap: bool = False
    # `q` is as the box of the dashboard takes it, which also counts as far as 10,000.
    is_box: bool = False


def app(document: str) -> str:
    return f"app_metadata @> '{document}'"


def in_box(name: str, q: str) -> Search:
    """Words in the box, by hand from their index and on a walk."""
    words = q.split()
    lexemes, beginnings = (form.join(words) for form in ("' & '", '"* AND "'))
    found = f"SELECT rowid FROM users_words WHERE users_words MATCH '\"{beginnings}\"*'"
    return Search(
        f"box: {name}",
        q,
        (f"word_beginnings @@ $$'{lexemes}'$$", " AND ".join(f"words LIKE '% {word}%'" for word in words)),
        (f"id IN ({found})", " AND ".join(f"instr(words, ' {word}') > 0" for word in words)),
        is_box=True,
    )


def user(document: str) -> str:
    return f"user_metadata @> '{document}'"


SEARCHES = (
    Search(
        "unique value",
        'app_metadata.ticket:"T-4321"',
        (app('{"ticket": "T-4321"}'),),
        ("app_metadata ->> '$.ticket' = 'T-4321'",),
    ),
    Search(
        "one hobby of many",
        "user_metadata.hobby:archery",
        (user('{"hobby": "archery"}'),),
        ("user_metadata ->> '$.hobby' = 'archery'",),
    ),
    Search(
        "common boolean, nested",
        "user_metadata.newsletter.wanted:true",
        (user('{"newsletter": {"wanted": true}}'),),
        ("user_metadata ->> '$.newsletter.wanted' = 1",),
    ),
    Search(
        "nested string",
        "user_metadata.address.city:Oslo",
        (user('{"address": {"city": "Oslo"}}'),),
        ("user_metadata ->> '$.address.city' = 'Oslo'",),
    ),
    Search(
        "member of a list",
        'app_metadata.group:"group-120"',
        (app('{"group": ["group-120"]}'),),
        ("EXISTS (SELECT 1 FROM json_each(app_metadata, '$.group') WHERE value = 'group-120')",),
    ),
    Search(
        "three conditions",
        "user_metadata.hobby:archery AND app_metadata.plan:full AND user_metadata.theme:dark",
        (" AND ".join((user('{"hobby": "archery", "theme": "dark"}'), app('{"plan": "full"}'))),),
        (
            "user_metadata ->> '$.hobby' = 'archery' AND user_metadata ->> '$.theme' = 'dark'"
            " AND app_metadata ->> '$.plan' = 'full'",
        ),
    ),
    Search(
        "rare AND common AND common",
        'app_metadata.ticket:"T-4321" AND app_metadata.plan:free AND user_metadata.theme:light',
        (" AND ".join((app('{"ticket": "T-4321", "plan": "free"}'), user('{"theme": "light"}'))),),
        (
            "app_metadata ->> '$.ticket' = 'T-4321' AND app_metadata ->> '$.plan' = 'free'"
            " AND user_metadata ->> '$.theme' = 'light'",
        ),
    ),
    Search(
        "no match",
        "app_metadata.plan:none",
        (app('{"plan": "none"}'),),
        ("app_metadata ->> '$.plan' = 'none'",),
    ),
    Search(
        "NOT a common value",
        "NOT app_metadata.plan:free",
        ("NOT " + app('{"plan": "free"}'), "app_metadata ->> 'plan' <> 'free'"),
        ("app_metadata ->> '$.plan' <> 'free'",),
    ),
    Search(
        "OR of two rare",
        'app_metadata.ticket:"T-4321" OR app_metadata.ticket:"T-777"',
        (" OR ".join((app('{"ticket": "T-4321"}'), app('{"ticket": "T-777"}'))),),
        ("app_metadata ->> '$.ticket' IN ('T-4321', 'T-777')",),
    ),
    Search(
        "held by the oldest few",
        "app_metadata.oldest:few",
        (app('{"oldest": "few"}'),),
        ("app_metadata ->> '$.oldest' = 'few'",),
        is_trap=True,
    ),
    Search(
        "held by the oldest many",
        "app_metadata.oldest:many",
        (app('{"oldest": "many"}'),),
        ("app_metadata ->> '$.oldest' = 'many'",),
        is_trap=True,
    ),
    Search(
        "e-mail",
        "email:nobody.is@example.com",
        ("email_folded = 'nobody.is@example.com'",),
        ("email_folded = 'nobody.is@example.com'",),
    ),
    Search("prefix of a name", "name:jan*", (JAN,), (JAN,)),
    Search(
        "infix of a name",
        "name:*zczes*",
        ("name_folded LIKE '%zczes%'",),
        ("instr(name_folded, 'zczes') > 0",),
        has_goal=False,
    ),
    Search("blocked", "blocked:true", ("blocked",), ("blocked",)),
    Search("range of logins", "logins_count:[38 TO *]", ("logins_count >= 38",), ("logins_count >= 38",)),
    Search(
        "range of last logins",
        "last_login:[2020-01-02 TO 2020-01-02]",
        ("last_login >= '2020-01-02Z' AND last_login < '2020-01-03Z'",),
        ("last_login >= '2020-01-02' AND last_login < '2020-01-03'",),
    ),
    Search("everybody", "*:*", ("true",), ("true",)),
    Search(
        "number: rare",
        "app_metadata.credits:[2499 TO *]",
        (f"{CREDITS} >= 2499",),
        ("app_metadata ->> '$.credits' >= 2499",),
    ),
    Search(
        "number: narrow",
        "app_metadata.credits:[100 TO 110]",
        (f"{CREDITS} BETWEEN 100 AND 110",),
        ("app_metadata ->> '$.credits' BETWEEN 100 AND 110",),
    ),
    Search(
        "number: middle",
        "app_metadata.credits:[100 TO 300]",
        (f"{CREDITS} BETWEEN 100 AND 300",),
        ("app_metadata ->> '$.credits' BETWEEN 100 AND 300",),
    ),
    Search(
        "number: wide",
        "app_metadata.credits:[100 TO *]",
        (f"{CREDITS} >= 100",),
        ("app_metadata ->> '$.credits' >= 100",),
    ),
    Search(
        "equality AND range",
        "user_metadata.hobby:archery AND app_metadata.credits:[100 TO 200]",
        (user('{"hobby": "archery"}') + f" AND {CREDITS} BETWEEN 100 AND 200",),
        ("user_metadata ->> '$.hobby' = 'archery' AND app_metadata ->> '$.credits' BETWEEN 100 AND 200",),
    ),
    Search(
        "sorted by the number",
        "*:*",
        (f"{CREDITS} IS NOT NULL",),
        ("true",),
        sort="app_metadata.credits:-1",
        order=f"{CREDITS} DESC NULLS LAST, id DESC",
        sqlite_order="app_metadata ->> '$.credits' DESC, id DESC",
    ),
    Search(
        "prefix of a text",
        "user_metadata.address.city:Os*",
        (f"{CITY} >= 'Os' AND {CITY} < 'Ot'",),
        ("user_metadata ->> '$.address.city' GLOB 'Os*'",),
    ),
    Search(
        "range of texts",
        "user_metadata.address.city:[A TO P]",
        (f"{CITY} >= 'A' AND {CITY} <= 'P'",),
        ("user_metadata ->> '$.address.city' BETWEEN 'A' AND 'P'",),
    ),
    Search(
        "not indexed: range",
        "app_metadata.limits.projects:[40 TO *]",
        ("jsonb_path_exists(app_metadata, '$.limits.projects ? (@ >= 40)')",),
        ("app_metadata ->> '$.limits.projects' >= 40",),
        has_goal=False,
    ),
    Search(
        "not indexed: exists",
        "_exists_:user_metadata.colour",
        ("user_metadata ? 'colour'",),
        ("user_metadata ->> '$.colour' IS NOT NULL",),
        has_goal=False,
    ),
    in_box("a common word", "hassan"),
    in_box("two common words", "seoyeon lee"),
    in_box("one letter", "m"),
    in_box("two letters of two words", "m s"),
    in_box("a word of half the users", "com"),
    in_box("a word of all and a common one", "example hassan"),
    in_box("a word of all and a rare one", "example 4321"),
    in_box("a rare word", "smith"),
    in_box("a word of nobody", "hassan zzzz"),
)
