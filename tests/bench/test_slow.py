"""`make bench ARGS="slow"`, with few clients and in a hurry."""

from __future__ import annotations

import sys

import pytest

from tests.bench.run import run_bench
from tests.bench.slow_clients import FIRST
from tests.config.proxy import NGINX


@pytest.mark.deep
@pytest.mark.skipif(sys.platform != "linux", reason="as the other benchmarks")
def test_each_kind_of_slow_client_is_measured_alone_and_behind_nginx(tmp_path):
    printed, written = run_bench("slow --clients 20 --seconds 0.1 --rounds 1 --settle 0", tmp_path)

    servers = ["alone", "behind nginx"] if NGINX else ["alone"]
    assert [(row["server"], row["kind"]) for row in written] == [
        (server, kind) for server in servers for kind in FIRST
    ]
    assert all(0 < row["p50"] <= row["p95"] and row["slow_p95"] > 0 for row in written)
    assert printed.startswith("20 slow clients of each kind")
