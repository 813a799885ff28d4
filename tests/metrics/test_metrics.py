"""The measures are taken of code as it is written."""

from __future__ import annotations

from tests.metrics.code import read_source
from tests.metrics.imports import count_cycles, imports_of_modules

SOURCE = '''\
"""A module."""

# Why this is so.
X = 1  # noqa: S105


class Account:
    def save(self, name: str) -> None:
        """Save it."""
        try:
            pass
        except Exception:
            pass
        except (OSError, ValueError):
            pass


def untyped(name):
    return name
'''


def test_a_file_is_measured(tmp_path):
    path = tmp_path / "module.py"
    path.write_text(SOURCE)

    source = read_source(path)

    assert (source.lines, source.comments) == (SOURCE.count("\n"), 1)
    functions = {each.name: (each.lines, each.is_typed) for each in source.functions}
    assert functions == {"save": (8, True), "untyped": (2, False)}
    assert (source.broad_handlers, source.handlers) == (1, 2)
    assert source.documented == {"module": (1, 1), "class": (0, 1), "function": (1, 2)}


def test_a_circle_of_imports_is_counted_in_the_package_that_holds_it():
    imports = {"users.a.x": {"users.b"}, "users.b": {"users.a.y"}, "users.a.y": set()}

    assert count_cycles(imports) == 1
    assert count_cycles(imports | {"users.b": set()}) == 0


def test_the_product_has_no_circle():
    assert count_cycles(imports_of_modules()) == 0
