"""Each requirement in `docs/openid-connect.md` names a test, and it exists."""

from __future__ import annotations

import re

import pytest

from tests.docs.test_claims import CHECKOUT, functions_of

PAGE = (CHECKOUT / "docs/openid-connect.md").read_text()
ROWS = re.findall(r"^\| (?!---)(.+?) \| (?!Shown by)(.+) \|$", PAGE, re.MULTILINE)
PROOF = re.compile(r"`([\w/.]+\.py)::((?:Test\w+::)?test_\w+)`")


@pytest.mark.parametrize(("requirement", "shown_by"), ROWS, ids=[row[0][:50] for row in ROWS])
def test_each_requirement_names_a_test_that_exists(requirement, shown_by):
    proof = PROOF.fullmatch(shown_by)
    assert proof, requirement
    path = (CHECKOUT / "tests/oauth" / proof[1]).resolve().relative_to(CHECKOUT)
    assert proof[2] in functions_of(str(path))


def test_no_row_is_overlooked():
    assert len(ROWS) == PAGE.count(".py::") > 0
