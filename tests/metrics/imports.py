"""Which modules import which, and whether any packages import each other in a circle."""

from __future__ import annotations

from collections import defaultdict
from graphlib import CycleError, TopologicalSorter

import grimp


def imports_of_modules() -> dict[str, set[str]]:
    """For each module of the product the modules of it that it imports."""
    graph = grimp.build_graph("users", "config", cache_dir=None)
    return {
        module: graph.find_modules_directly_imported_by(module)
        for module in graph.modules
        if ".migrations" not in module
    }


def count_cycles(imports: dict[str, set[str]]) -> int:
    """How many packages hold modules or packages that import each other in a circle."""
    siblings: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for importer, imported in imports.items():
        for module in imported:
            package, one, other = split_at_fork(importer, module)
            if package:
                siblings[package][one].add(other)
    return sum(map(has_cycle, siblings.values()))


def split_at_fork(one: str, other: str) -> tuple[str, str, str]:
    """The package that both are in, and the members of it by which each is reached; empty where one
    is in the other."""
    parts, others = one.split("."), other.split(".")
    common = 0
    while common < min(len(parts), len(others)) and parts[common] == others[common]:
        common += 1
    if common == 0 or common in (len(parts), len(others)):
        return "", "", ""
    return ".".join(parts[:common]), parts[common], others[common]


def has_cycle(imports: dict[str, set[str]]) -> bool:
    try:
        TopologicalSorter(imports).prepare()
    except CycleError:
        return True
    return False
