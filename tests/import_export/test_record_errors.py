"""The code that a refused record is listed with."""

from __future__ import annotations

import pytest

from users.import_export.record_errors import as_errors
from users.representation.usernames import check_username
from users.representation.validation import FieldError, RuleKind, check_profile

# Source: Auth0 docs, "Bulk User Imports".
CODES = {
    RuleKind.REQUIRED: "OBJECT_REQUIRED",
    RuleKind.TYPE: "INVALID_TYPE",
    RuleKind.MIN_LENGTH: "MIN_LENGTH",
    RuleKind.MAX_LENGTH: "MAX_LENGTH",
    RuleKind.PATTERN: "PATTERN",
    RuleKind.FORMAT: "FORMAT",
    RuleKind.ENUM: "ENUM_MISMATCH",
    RuleKind.MINIMUM: "MINIMUM",
    RuleKind.MAXIMUM: "MAXIMUM",
    RuleKind.MIN_ITEMS: "ARRAY_LENGTH_SHORT",
    RuleKind.MAX_ITEMS: "ARRAY_LENGTH_LONG",
    RuleKind.UNKNOWN: "NOT_PASSED",
    RuleKind.OTHER: "NOT_PASSED",
}


@pytest.mark.parametrize("kind", RuleKind)
def test_each_kind_of_rule_has_its_code_whatever_the_text(kind):
    error = FieldError("name", "Expected type, as the text begins", kind=kind)

    assert as_errors(error) == [
        {"code": CODES[kind], "message": "Expected type, as the text begins", "path": "name"}
    ]


@pytest.mark.parametrize(
    ("refused", "code"),
    [
        (lambda: check_username("", {}), "MIN_LENGTH"),
        (lambda: check_username("x" * 16, {}), "MAX_LENGTH"),
        (lambda: check_username("j@example.com", {}), "FORMAT"),
        (lambda: check_profile({"email": "x"}), "FORMAT"),
        (lambda: check_profile({"blocked": "yes"}), "INVALID_TYPE"),
        (lambda: check_profile({"name": " "}), "NOT_PASSED"),
    ],
)
def test_refusals_of_fields_say_which_kind_they_are(refused, code):
    with pytest.raises(FieldError) as refusal:
        refused()

    assert [error["code"] for error in as_errors(refusal.value)] == [code]
