"""Programs written with Auth0's SDKs, and how tests speak to them.

Each is a process of its own, in the language and with the packages its SDK needs. A call is
a line of JSON, and so is its answer.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.sdk.authority import Authority

HERE = Path(__file__).resolve().parent
# How `make test` calls Node: the machine's own, or one from the virtual environment.
NODE = os.environ.get("NODE", "node")
TYPED = {
    400: "BadRequestError",
    401: "UnauthorizedError",
    403: "ForbiddenError",
    404: "NotFoundError",
    409: "ConflictError",
    429: "TooManyRequestsError",
}
UNTYPED = {**dict.fromkeys(TYPED, "Auth0Error"), 429: "RateLimitError"}


@dataclass(frozen=True)
class Sdk:
    """`errors`: the SDK's class for each status. `refused_token`: that for a wrong secret."""

    name: str
    command: tuple[str, ...]
    needs: Path
    errors: dict[int, str]
    refused_token: str

    def __str__(self) -> str:
        return self.name


SDKS = (
    Sdk(
        "auth0-python 6",
        command=(sys.executable, str(HERE / "python/auth0_6.py")),
        needs=Path(sys.executable),
        errors=TYPED,
        refused_token="Auth0Error",
    ),
    Sdk(
        "auth0-python 4",
        command=(str(HERE / "python/.venv/bin/python"), str(HERE / "python/auth0_4.py")),
        needs=HERE / "python/.venv/bin/python",
        errors=UNTYPED,
        refused_token="Auth0Error",
    ),
    Sdk(
        "npm auth0 7",
        command=(NODE, str(HERE / "node/auth0-7.mjs")),
        needs=HERE / "node/node_modules/auth0-7",
        errors=TYPED,
        refused_token="ManagementError",
    ),
    Sdk(
        "npm auth0 6",
        command=(NODE, str(HERE / "node/auth0-6.mjs")),
        needs=HERE / "node/node_modules/auth0-6",
        errors=TYPED,
        refused_token="AuthApiError",
    ),
)

# Clients of OpenID Connect that are not Auth0's.
OPENID_CLIENT = Sdk(
    "npm openid-client 6",
    command=(NODE, str(HERE / "node/openid-client.mjs")),
    needs=HERE / "node/node_modules/openid-client",
    errors={},
    refused_token="ResponseBodyError",
)


class Refused(Exception):
    """The SDK raised: the name of its class, and what it made of our answer."""

    def __init__(
        self, kind: str, status: int | None, code: str | None, message: str | None, trace: str
    ) -> None:
        self.kind, self.status, self.code, self.message = kind, status, code, message
        super().__init__(f"{kind} {status} {code}: {message}\n{trace}")


class Program:
    """One process."""

    def __init__(self, sdk: Sdk, authority: Authority, log: Path) -> None:
        assert sdk.needs.exists(), f"{sdk} is not installed; `make test` does that"
        self._log = log
        trusted = str(authority.trusted)
        with log.open("w") as errors:
            self._process = subprocess.Popen(
                sdk.command,
                env={
                    "PATH": os.environ["PATH"],
                    "REQUESTS_CA_BUNDLE": trusted,
                    "SSL_CERT_FILE": trusted,
                    "NODE_EXTRA_CA_CERTS": trusted,
                },
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )

    def ask(self, client: dict[str, str], call: str, *arguments: Any) -> Any:
        """What the SDK returned, as JSON. Raises Refused with what it raised."""
        line = json.dumps({"client": client, "call": call, "arguments": arguments})
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, self._log.read_text()
        said = json.loads(answer)
        if "error" in said:
            raise Refused(**said["error"])
        return said["value"]

    def stop(self) -> None:
        """It ends with its input."""
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait(30)


class Application:
    """A program as one client of one server: `application.get(user_id)` runs the method of
    that name in the program."""

    def __init__(self, program: Program, **client: str) -> None:
        self._program = program
        self._client = client

    def __getattr__(self, call: str) -> Callable[..., Any]:
        return lambda *arguments: self._program.ask(self._client, call, *arguments)
