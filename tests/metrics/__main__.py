"""`make metrics`: how large, how connected and how well described the code is, as a Markdown table.

The table in `docs/architecture.md` is made of it. Nothing here is a limit: `make check` holds those.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.metrics.code import Source, read_sources
from tests.metrics.imports import count_cycles, imports_of_modules
from tests.metrics.report import slowest_tests, test_times
from tests.metrics.types import count_ignores, count_type_errors, unchecked_rooms

ROOT = Path(__file__).resolve().parents[2]


def quantiles(values: list[int]) -> str:
    """Median, 90th percentile, 99th percentile and maximum."""
    ordered = sorted(values)
    at = [ordered[min(int(len(ordered) * share), len(ordered) - 1)] for share in (0.5, 0.9, 0.99)]
    return ", ".join(f"{value:,}" for value in [*at, ordered[-1]])


def percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %" if whole else "none"


def code_rows(sources: list[Source]) -> list[tuple[str, str]]:
    functions = [function for source in sources for function in source.functions]
    lines = sum(source.lines for source in sources)
    handlers = sum(source.handlers for source in sources)
    broad = sum(source.broad_handlers for source in sources)
    documented = [f"{percent(*map(sum, zip(*pairs, strict=True)))}" for pairs in documentation(sources)]
    return [
        ("files, lines", f"{len(sources):,}, {lines:,}"),
        ("lines of a file: median, p90, p99, maximum", quantiles([source.lines for source in sources])),
        ("functions", f"{len(functions):,}"),
        ("lines of a function: median, p90, p99, maximum", quantiles([each.lines for each in functions])),
        ("functions of at most 4 lines", percent(sum(each.lines <= 4 for each in functions), len(functions))),
        ("functions with type hints", percent(sum(each.is_typed for each in functions), len(functions))),
        ("docstrings of modules, classes, public functions", ", ".join(documented)),
        ("comments per 100 lines", f"{100 * sum(source.comments for source in sources) / lines:.1f}"),
        (
            "broad `except` of all handlers",
            f"{broad} of {handlers}",
        ),
    ]


def documentation(sources: list[Source]) -> list[list[tuple[int, int]]]:
    """For modules, classes and public functions: with a docstring, and all."""
    return [[source.documented[kind] for source in sources] for kind in ("module", "class", "function")]


def import_rows() -> list[tuple[str, str]]:
    imports = imports_of_modules()
    counts = [len(names) for names in imports.values()]
    return [
        ("imports of a module: median, p90, p99, maximum", quantiles(counts)),
        ("packages with an import circle", str(count_cycles(imports))),
    ]


def type_rows(root: Path) -> list[tuple[str, str]]:
    rooms = unchecked_rooms(root)
    return [
        ("type errors", str(count_type_errors(root))),
        ("`type: ignore`", str(count_ignores(root))),
        ("rooms that are not type-checked", ", ".join(rooms) or "none"),
    ]


def test_rows(root: Path, product_lines: int) -> list[tuple[str, str]]:
    sources = read_sources(root, "tests")
    lines = sum(source.lines for source in sources)
    functions = [each for source in sources for each in source.functions if each.name.startswith("test_")]
    lengths = quantiles([each.lines for each in functions])
    rows = [
        ("test lines, per line of the product", f"{lines:,}, {lines / product_lines:.2f}"),
        (
            "test functions; median, p90, p99, maximum of their lines",
            f"{len(functions):,}; {lengths}",
        ),
    ]
    times = test_times(root)
    if times:
        rows.append(("tests run, seconds in them", f"{len(times):,}, {sum(times.values()):,.0f}"))
        rows += [(f"slowest: `{name}`", f"{seconds:.1f} s") for name, seconds in slowest_tests(times)]
    return rows


def main() -> None:
    sources = [*read_sources(ROOT, "users"), *read_sources(ROOT, "config")]
    rows = [*code_rows(sources), *import_rows(), *type_rows(ROOT)]
    rows += test_rows(ROOT, sum(source.lines for source in sources))
    sys.stdout.write("| measure | value |\n|---|---|\n")
    sys.stdout.writelines(f"| {name} | {value} |\n" for name, value in rows)


if __name__ == "__main__":
    main()
