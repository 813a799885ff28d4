"""What one source file holds: lines, functions, comments, docstrings, exception handlers."""

from __future__ import annotations

import ast
import io
import tokenize
from dataclasses import dataclass, field
from pathlib import Path

SKIPPED = {"migrations", ".venv", "node_modules"}
# Marks for tools, which explain nothing to a reader.
DIRECTIVES = ("# noqa", "# type:", "# pragma", "#!")


@dataclass(frozen=True)
class Function:
    """`lines` are those from `def` to the end; `is_typed`: every parameter and the result has a hint."""

    name: str
    lines: int
    is_typed: bool


@dataclass
class Source:
    """`documented` is, for module, class and public function, how many have a docstring, and how many are."""

    path: Path
    lines: int
    comments: int
    functions: list[Function] = field(default_factory=list)
    handlers: int = 0
    broad_handlers: int = 0
    documented: dict[str, tuple[int, int]] = field(default_factory=dict)


def read_sources(root: Path, package: str) -> list[Source]:
    """Every Python file of a top-level package, but for migrations, which are generated, and libraries."""
    paths = sorted((root / package).rglob("*.py"))
    return [read_source(path) for path in paths if not SKIPPED & set(path.parts)]


def read_source(path: Path) -> Source:
    text = path.read_text()
    tree = ast.parse(text)
    source = Source(path, lines=text.count("\n"), comments=count_comments(text))
    documented = {"module": [has_docstring(tree)] if tree.body else [], "class": [], "function": []}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            source.functions.append(
                Function(node.name, (node.end_lineno or 0) - node.lineno + 1, is_typed(node))
            )
            if not node.name.startswith("_"):
                documented["function"].append(has_docstring(node))
        elif isinstance(node, ast.ClassDef) and node.name != "Meta":
            documented["class"].append(has_docstring(node))
        elif isinstance(node, ast.ExceptHandler):
            source.handlers += 1
            source.broad_handlers += is_broad(node)
    source.documented = {kind: (sum(each), len(each)) for kind, each in documented.items()}
    return source


def count_comments(text: str) -> int:
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return sum(token.type == tokenize.COMMENT and not token.string.startswith(DIRECTIVES) for token in tokens)


def has_docstring(node: ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return ast.get_docstring(node, clean=False) is not None


def is_typed(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    given = node.args
    parameters = [
        *given.posonlyargs,
        *given.args,
        *given.kwonlyargs,
        *filter(None, (given.vararg, given.kwarg)),
    ]
    untyped = [each.arg for each in parameters if each.annotation is None and each.arg not in ("self", "cls")]
    return node.returns is not None and not untyped


def is_broad(node: ast.ExceptHandler) -> bool:
    """`except:`, `except Exception:` or `except BaseException:`."""
    return node.type is None or (
        isinstance(node.type, ast.Name) and node.type.id in ("Exception", "BaseException")
    )
