"""Each claim of these pages names tests, and they exist."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
PAGES = [(CHECKOUT / "docs" / name).read_text() for name in ("from-auth0.md", "lock.md")]
# A claim is an item of a list: what begins with a dash, and the indented lines below it.
CLAIMS = [claim for page in PAGES for claim in re.findall(r"^- .*\n(?:(?:  .*)?\n)*", page, re.MULTILINE)]
PROOF = re.compile(r"^  `(tests/[\w/]+\.py)::((?:Test\w+::)?test_\w+)`$", re.MULTILINE)


def proofs(text: str) -> list[tuple[str, str]]:
    return PROOF.findall(text)


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim[2:40])
def test_each_claim_names_its_tests_and_they_exist(claim):
    assert proofs(claim)
    assert [proof for proof in proofs(claim) if proof[1] not in functions_of(proof[0])] == []


def test_no_proof_is_overlooked():
    assert sum(len(proofs(claim)) for claim in CLAIMS) == sum(page.count(".py::") for page in PAGES) > 0


def functions_of(file: str) -> set[str]:
    """Those of classes with the name of their class in front, as pytest writes them."""
    tree = ast.parse((CHECKOUT / file).read_text())
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    inside = {f"{each.name}::{name}" for each in classes for name in _functions(each.body)}
    return _functions(tree.body) | inside


def _functions(body: list[ast.stmt]) -> set[str]:
    return {node.name for node in body if isinstance(node, ast.FunctionDef)}
