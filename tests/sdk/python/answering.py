"""Calls come as lines of JSON; so do the answers. Runs beside either SDK, so it imports none of our code."""

from __future__ import annotations

import functools
import json
import sys
import traceback
from collections.abc import Callable
from typing import Any


def answer_calls(program: type, facts: Callable[[Exception], dict[str, Any]]) -> None:
    """Until the input ends. `facts` finds status, code and message in what the SDK raised."""

    @functools.cache
    def of(client: str) -> Any:
        return program(**json.loads(client))

    for line in sys.stdin:
        asked = json.loads(line)
        try:
            call = getattr(of(json.dumps(asked["client"])), asked["call"])
            said = {"value": call(*asked["arguments"])}
        except Exception as error:
            said = {"error": {"kind": type(error).__name__, **facts(error), "trace": traceback.format_exc()}}
        sys.stdout.write(json.dumps(said) + "\n")
        sys.stdout.flush()
