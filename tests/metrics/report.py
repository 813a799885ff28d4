"""How long the tests took when `make test` last ran, from the report that it writes."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

REPORT = "test-report.xml"
SHOWN = 5


def test_times(root: Path) -> dict[str, float]:
    """Seconds by test; empty where no report was written yet."""
    path = root / REPORT
    if not path.exists():
        return {}
    cases = ElementTree.parse(path).iter("testcase")
    return {f"{case.get('classname')}.{case.get('name')}": float(case.get("time", 0)) for case in cases}


def slowest_tests(times: dict[str, float]) -> list[tuple[str, float]]:
    return sorted(times.items(), key=lambda each: -each[1])[:SHOWN]
