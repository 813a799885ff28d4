"""Values of the configuration are masked however a script writes them: as they are, as JSON, in a URL."""

from __future__ import annotations

import time

import pytest

from tests.javascript.scripts import failure, run_body
from users.rules.masking import Masker

PEM = "-----BEGIN KEY-----\nMIIEabcdefgh\nABCDEFGH+/=\n-----END KEY-----\n"


def printed(value, expression):
    """The line of the console with the expression, and the message of an error with it, both masked."""
    masker, given = Masker({"KEY": value}), {"configuration": {"KEY": value}}
    [line] = masker.mask_lines(run_body(f"console.log({expression}); callback(null);", **given).console)
    error = failure(f"callback(new Error({expression}));", **given)
    return {line, masker.mask(error.message)}


@pytest.mark.parametrize(
    "value", [PEM, "tab\there", "p@ss!w(o)r*d' ~x", 'a/b"c<d>\\e', "k\u00e9y \u2028 1", "50%;a,b:c=d&e+$#"]
)
@pytest.mark.parametrize(
    "expression",
    [
        "configuration.KEY",
        "JSON.stringify(configuration.KEY).slice(1, -1)",
        "encodeURIComponent(configuration.KEY)",
        "encodeURI(configuration.KEY)",
        "new URLSearchParams({ a: configuration.KEY }).toString().slice(2)",
        "require('querystring').stringify({ a: configuration.KEY }).slice(2)",
    ],
)
def test_a_value_is_masked_in_each_of_its_forms(value, expression):
    assert printed(value, expression) == {"(secret)"}


@pytest.mark.parametrize(
    "before", ["x" * 245, "\U0001f600" * 100 + "x" * 45], ids=["letters", "surrogate pairs"]
)
def test_the_beginning_of_a_value_at_the_end_of_a_line_that_was_cut_is_masked(before):
    console = run_body(
        f"console.log('{before}' + configuration.KEY); callback(null);",
        configuration={"KEY": "secret-value-123"},
    ).console

    assert Masker({"KEY": "secret-value-123"}).mask_lines(console) == (before + "(secret)",)


def test_a_long_value_costs_no_time():
    masker, began = Masker({"KEY": "ab" * 32 * 1024}), time.monotonic()

    masker.mask_lines(["x" * 256] * 50)

    assert time.monotonic() - began < 1
