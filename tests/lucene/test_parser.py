"""What each way of writing means, as a tree."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.lucene.queries import terms, trees
from users.lucene.errors import QueryError
from users.lucene.limits import Limits
from users.lucene.nodes import And, Everything, Exists, Match, Name, Not, Or, Pattern, Range, Word
from users.lucene.nodes import terms as terms_of
from users.lucene.parser import Implicit, parse
from users.lucene.printer import unparse


def word(text, name=None, *, is_quoted=False):
    return Match(name and Name(tuple(name.split("."))), Word(text, is_quoted))


A, B, C = map(word, "abc")


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        pytest.param("jane", word("jane"), id="a bare word"),
        pytest.param('"jane doe"', word("jane doe", is_quoted=True), id="a phrase"),
        pytest.param("name:jane", word("jane", "name"), id="a field"),
        pytest.param("name: jane", word("jane", "name"), id="a space after the colon"),
        pytest.param("a.b.c:d", word("d", "a.b.c"), id="a path"),
        pytest.param('name:"jane doe"', word("jane doe", "name", is_quoted=True), id="a phrase in a field"),
        pytest.param('name:""', word("", "name", is_quoted=True), id="nothing at all, in quotes"),
        pytest.param(r"name:John\ Doe", word("John Doe", "name"), id="an escaped space"),
        pytest.param(r"a\:b\(c\)\\\*", word(r"a:b(c)\*"), id="escaped signs"),
        pytest.param(r"a\ key:x", Match(Name(("a key",)), Word("x")), id="an escape in a field"),
        pytest.param(
            r'name:"say \"no\" \\"', word(r'say "no" \ '[:-1], "name", is_quoted=True), id="in quotes"
        ),
        pytest.param("phone:+1555", word("+1555", "phone"), id="a sign after a colon is text"),
        pytest.param("n:-1", word("-1", "n"), id="as is a minus"),
        pytest.param("user_id:auth0|x-1+2!/", word("auth0|x-1+2!/", "user_id"), id="signs inside a word"),
        pytest.param("at:2026-03-04T10:00:00Z", word("2026-03-04T10:00:00Z", "at"), id="a time"),
        pytest.param("a&&b||c", word("a&&b||c"), id="operators inside a word"),
        pytest.param("jo*", Match(None, Pattern(("jo", ""))), id="a prefix"),
        pytest.param("name:*doe", Match(Name(("name",)), Pattern(("", "doe"))), id="a suffix"),
        pytest.param("*doe*", Match(None, Pattern(("", "doe", ""))), id="an infix"),
        pytest.param("ja*t**h", Match(None, Pattern(("ja", "t", "h"))), id="stars within"),
        pytest.param(r"ja\**", Match(None, Pattern(("ja*", ""))), id="an escaped star is none"),
        pytest.param('"ja*"', word("ja*", is_quoted=True), id="nor is one in quotes"),
        pytest.param("n:[1 TO 5]", Match(Name(("n",)), Range(Word("1"), Word("5"))), id="a range"),
        pytest.param(
            "n:{1 TO 5}",
            Match(Name(("n",)), Range(Word("1"), Word("5"), False, False)),
            id="without its ends",
        ),
        pytest.param(
            "n:[1 TO *}", Match(Name(("n",)), Range(Word("1"), None, True, False)), id="mixed and open"
        ),
        pytest.param(
            'n:["a b" TO c\\ d]',
            Match(Name(("n",)), Range(Word("a b", is_quoted=True), Word("c d"))),
            id="with spaces in its ends",
        ),
        pytest.param("n:[ -5   TO 5 ]", Match(Name(("n",)), Range(Word("-5"), Word("5"))), id="with space"),
        pytest.param("_exists_:n", Exists(Name(("n",))), id="exists"),
        pytest.param('_exists_:"a.b c"', Exists(Name(("a", "b c"))), id="exists, in quotes"),
        pytest.param("n:*", Exists(Name(("n",))), id="a lone star is exists"),
        pytest.param("n:[* TO *]", Exists(Name(("n",))), id="as is a range without ends"),
        pytest.param("", Everything(), id="nothing"),
        pytest.param(" \n ", Everything(), id="blank"),
        pytest.param("*", Everything(), id="a star"),
        pytest.param("*:*", Everything(), id="all of all"),
        pytest.param("(*:*)", Everything(), id="all of all in parentheses"),
        pytest.param("a AND b AND c", And((A, B, C)), id="and"),
        pytest.param("a && b", And((A, B)), id="and as signs"),
        pytest.param("a OR b OR c", Or((A, B, C)), id="or"),
        pytest.param("a || b", Or((A, B)), id="or as signs"),
        pytest.param("NOT a", Not(A), id="not"),
        pytest.param("!a", Not(A), id="not as a sign"),
        pytest.param("-a", Not(A), id="minus"),
        pytest.param("NOT NOT a", Not(Not(A)), id="not not"),
        pytest.param("a OR b AND c", Or((A, And((B, C)))), id="and binds closer"),
        pytest.param("a AND b OR c", Or((And((A, B)), C)), id="on either side"),
        pytest.param("(a OR b) AND c", And((Or((A, B)), C)), id="unless grouped"),
        pytest.param("NOT a AND b", And((Not(A), B)), id="not binds closest"),
        pytest.param("NOT a OR b", Or((Not(A), B)), id="not beside or"),
        pytest.param("-a OR b", Or((Not(A), B)), id="minus beside or"),
        pytest.param(
            "and or not to", Or((word("and"), word("or"), word("not"), word("to"))), id="small ones"
        ),
        pytest.param("n:(a OR b)", Or((word("a", "n"), word("b", "n"))), id="a group within a field"),
        pytest.param("n:(+a -b)", And((word("a", "n"), Not(word("b", "n")))), id="with signs"),
        pytest.param("n:(a m:b)", Or((word("a", "n"), word("b", "m"))), id="the inner field wins"),
        pytest.param("n:((a))", word("a", "n"), id="parentheses around parentheses"),
    ],
)
def test_each_way_of_writing_has_its_tree(text, tree):
    assert parse(text) == tree


@pytest.mark.parametrize(
    ("text", "by_or", "by_and"),
    [
        pytest.param("a b", Or((A, B)), And((A, B)), id="two words"),
        pytest.param("a -b", And((A, Not(B))), And((A, Not(B))), id="one refused"),
        pytest.param("a NOT b", And((A, Not(B))), And((A, Not(B))), id="in words"),
        pytest.param("a b -c", And((Or((A, B)), Not(C))), And((A, B, Not(C))), id="one of two, one refused"),
        pytest.param("+a b", A, And((A, B)), id="one required"),
        pytest.param("+a +b c", And((A, B)), And((A, B, C)), id="two required"),
        pytest.param("-a -b", And((Not(A), Not(B))), And((Not(A), Not(B))), id="all refused"),
        pytest.param("a b AND c", Or((A, And((B, C)))), And((A, And((B, C)))), id="beside AND"),
        pytest.param("a OR b c", Or((Or((A, B)), C)), And((Or((A, B)), C)), id="beside OR"),
        pytest.param("name:John Doe", Or((word("John", "name"), word("Doe"))), ..., id="a space ends a term"),
    ],
)
def test_between_words_stands_what_the_caller_says(text, by_or, by_and):
    assert parse(text, implicit=Implicit.OR) == by_or
    if by_and is not ...:
        assert parse(text, implicit=Implicit.AND) == by_and


@pytest.mark.parametrize(
    ("text", "column", "reason"),
    [
        ("name:", 1, "the field name has no value"),
        ("a AND name:", 7, "the field name has no value"),
        ("name: AND b", 1, "the field name has no value; put AND in quotes where it is meant"),
        ("a:b:c", 4, "a colon within a value must be escaped (\\:), or the value put in quotes"),
        ("a:(b", 3, "this parenthesis is never closed"),
        ("(a OR (b)", 1, "this parenthesis is never closed"),
        ("a)", 2, "there is no ( for this )"),
        ("a ()", 3, "there is nothing between these parentheses"),
        ('a "b', 3, "this quotation mark is never closed"),
        ("a AND", 6, "the query ends where a term is expected"),
        ("OR a", 1, "a term is expected before OR; put it in quotes where it is meant as a word"),
        ("a AND OR b", 7, "a term is expected before OR; put it in quotes where it is meant as a word"),
        ("(a OR)", 6, "a term is expected before this )"),
        ("NOT", 4, "the query ends where a term is expected"),
        ("a -", 4, "the query ends where a term is expected"),
        ("a OR +b", 7, "+ has no meaning next to OR; use AND, or leave out the OR"),
        ("n:[1 TO 2", 3, "this range is never closed; it ends with ] or }"),
        ("n:[1", 6 - 1, "a range is written [low TO high], with TO in capitals"),
        ("n:[1 to 2]", 6, "a range is written [low TO high], with TO in capitals"),
        ("n:[1 TO ]", 9, "a range has two ends; write * for an open one"),
        ("n:[1 TO 2*]", 9, "the end of a range holds no wildcard"),
        ("[1 TO 2]", 1, "a range needs a field before it"),
        ("n:>=5", 3, "comparisons are written as ranges: [5 TO *] or {5 TO *]"),
        (
            "jane~",
            5,
            "fuzzy words and proximity are not supported; escape the ~ to search for it",
        ),
        (
            '"a b"~2',
            6,
            "fuzzy words and proximity are not supported; escape the ~ to search for it",
        ),
        ("jane^2", 5, "boosts are not supported; escape the ^ to search for it"),
        ("ja?e", 3, "a wildcard for a single character is not supported; use * or escape it"),
        ("/ja.*/", 1, "regular expressions are not supported; escape the / or use quotes"),
        ("name:*ab", 6, "a word that begins with a star needs 3 more characters"),
        ("us*:x", 1, "a field holds no wildcard; name each field"),
        ('"name":x', 1, "a field is not put in quotes; escape what is special in it with backslashes"),
        (":x", 1, "there is no field before the colon"),
        ("a..b:x", 1, 'between the dots of "a..b" a name is missing'),
        ("_exists_:a.", 10, 'between the dots of "a." a name is missing'),
        ("_exists_:(a b)", 10, "_exists_ takes the name of one field"),
        ("_exists_:a*", 10, "_exists_ takes the name of one field"),
        ('a"b"', 2, '" within a word must be escaped, or the word put in quotes'),
        ("a]", 2, "] within a word must be escaped, or the word put in quotes"),
        ("ab\\", 3, "there is nothing after the backslash to escape"),
        ("a \0", 3, "no value contains this character"),
        ("\ud800", 1, "no value contains this character"),
    ],
)
def test_what_is_wrong_is_reported_with_place_and_reason(text, column, reason):
    with pytest.raises(QueryError) as caught:
        parse(text)

    assert (caught.value.column, caught.value.reason) == (column, reason)


@pytest.mark.parametrize(
    ("limits", "fits", "too_much", "column"),
    [
        pytest.param(Limits(length=5), "a b c", "a b cd", 6, id="length"),
        pytest.param(Limits(terms=2), "a n:b", "a n:b _exists_:c", 7, id="terms"),
        pytest.param(Limits(terms=1, values=2), "email:a OR user_id:b c", "email:(a b) d e", 15, id="ids"),
        pytest.param(Limits(terms=1, values=2), "email:(a OR b) AND c", "email:(a b c)", 12, id="values"),
        pytest.param(Limits(terms=1), "email:a*", "email:(a OR b*) c", 17, id="patterns among emails"),
        pytest.param(Limits(terms=1), "email:a", "email:a AND email:b", 19, id="emails in an AND"),
        pytest.param(Limits(terms=1), "name:a", "name:(a OR b)", 12, id="names in an OR"),
        pytest.param(Limits(depth=2), "((a)) ((b))", "(((a)))", 3, id="parentheses"),
        pytest.param(Limits(depth=2), "NOT -a -(b)", "NOT NOT NOT a", 9, id="negations"),
        pytest.param(Limits(depth=2), "n:((a)) b", "n:(-(a))", 5, id="within a field"),
        pytest.param(Limits(pieces=3), "a*b*c", "a*b*c*", 1, id="stars"),
        pytest.param(Limits(path=2), "a.b:c", "a b.c.d:e", 3, id="a path"),
        pytest.param(Limits(path=2), "_exists_:a.b", "_exists_:a.b.c", 10, id="a path that exists"),
        pytest.param(Limits(leading=1), "*abc a*", "*abc *def", 6, id="leading stars"),
        pytest.param(Limits(literal=2), "*ab", "*a", 1, id="characters beside a leading star"),
    ],
)
def test_a_query_has_limits(limits, fits, too_much, column):
    parse(fits, limits=limits)

    with pytest.raises(QueryError) as caught:
        parse(too_much, limits=limits)
    assert caught.value.column == column


@pytest.mark.parametrize(
    "hostile", ["(" * 16_000, "-" * 16_000, "NOT " * 4000, "a:(" * 5000, "a " * 8000, "*" * 16_000]
)
def test_what_is_made_to_hang_does_not(hostile):
    with pytest.raises(QueryError):
        parse(hostile + "a?")


@given(trees(terms()))
def test_what_is_written_reads_the_same_whatever_stands_between_words(tree):
    text = unparse(tree)

    for implicit in Implicit:
        assert parse(text, implicit=implicit, limits=Limits(length=100_000)) == tree


@given(
    st.text(st.sampled_from('ab :()"[]{}*+-!\\/.AND OR NOT TO_exists_'), max_size=30) | st.text(max_size=12)
)
def test_any_text_is_a_tree_or_an_error_with_its_place(text):
    tree, column = tree_or_column(text)
    if tree is None:
        assert 1 <= column <= len(text) + 1
        return
    for term in terms_of(tree):
        assert 0 <= term.start < term.end <= len(text)
    assert parse(unparse(tree)) == tree


def tree_or_column(text):
    try:
        return parse(text), None
    except QueryError as error:
        return None, error.column


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("name:jane", ["name:jane"]),
        (' a  OR email.domain:"b c"', ["a", 'email.domain:"b c"']),
        ("(x AND NOT n:[1 TO 2])", ["x", "n:[1 TO 2]"]),
        ("_exists_:a -b*", ["_exists_:a", "b*"]),
    ],
)
def test_each_term_knows_where_it_stands(text, pieces):
    assert [text[term.start : term.end] for term in terms_of(parse(text))] == pieces


def test_a_value_and_its_field_know_their_own_places():
    [match] = terms_of(parse("ab OR nick:jane".replace("ab OR ", "       ")))

    assert (match.name.column, match.value.column) == (8, 13)
