"""Trees of queries to try, and how few texts it takes to spoil one."""

from __future__ import annotations

from hypothesis import strategies as st

from users.lucene.nodes import And, Everything, Exists, Match, Name, Not, Or, Pattern, Range, Word

CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
TEXTS = st.one_of(
    st.sampled_from(
        ["jane", "AND", "or", "NOT", "TO", "!", "&&", "a b", 'say "no"', "\\", "*", "-1", "a:b", "/"]
    ),
    st.text(CHARACTERS, min_size=1, max_size=8),
)
KEYS = TEXTS.map(lambda text: text.replace(".", "")).filter(bool)
WORDS = st.builds(Word, TEXTS, st.booleans()) | st.just(Word("", is_quoted=True))


def patterns(texts=TEXTS):
    """Wildcards that are allowed: what begins with a star has enough beside it."""
    pieces = st.tuples(texts, st.lists(texts, max_size=2), texts | st.just(""))
    trailing = pieces.map(lambda parts: Pattern((parts[0], *parts[1], parts[2])))
    leading = texts.map(lambda text: Pattern(("", text + "abc", "")))
    return trailing | leading


def ranges(words=WORDS):
    ends = st.tuples(words | st.none(), words | st.none()).filter(lambda ends: ends != (None, None))
    return st.builds(lambda ends, low, high: Range(*ends, low, high), ends, st.booleans(), st.booleans())


NAMES = st.lists(KEYS, min_size=1, max_size=3).map(lambda path: Name(tuple(path)))
FIELDS = NAMES.filter(lambda name: name.path != ("_exists_",))


def terms(names=FIELDS, words=WORDS):
    return st.one_of(
        st.builds(Match, st.none() | names, words | patterns()),
        st.builds(Match, names, ranges(words)),
        st.builds(Exists, names),
        st.just(Everything()),
    )


def trees(leaves, *, most=6):
    def around(inner):
        parts = st.lists(inner, min_size=2, max_size=3).map(tuple)
        return st.builds(Not, inner) | st.builds(And, parts) | st.builds(Or, parts)

    return st.recursive(leaves, around, max_leaves=most)
