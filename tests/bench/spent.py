"""In the server under measurement: the CPU time of password hashing and RSA signing, and a request's SQL.

`spent` answers with the totals so far; `recorded` wraps a view and stores the statements of its last request,
which `replay`, a plain Django view, executes again.
"""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from functools import wraps
from typing import Any

import orjson
from django.apps import apps
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import connection, transaction
from django.db.models import CharField
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from joserfc import jwt

View = Callable[..., HttpResponse]
HASHING, SIGNING = "hashing", "signing"
# Statements that begin or end a transaction, which the plain view does by itself.
TRANSACTION = ("BEGIN", "SAVEPOINT", "RELEASE")

_seconds = {HASHING: 0.0, SIGNING: 0.0}
_INSERT = re.compile(r'INSERT INTO "(\w+)" \(([^)]*)\)')


def counted(kind: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """The same function; the CPU time of the process during its calls is added to `kind`. By the whole
    process, since Argon2 works in threads of its own: exact only while one request is answered."""

    @wraps(function)
    def call(*given: Any, **more: Any) -> Any:
        before = time.process_time()
        try:
            return function(*given, **more)
        finally:
            _seconds[kind] += time.process_time() - before

    return call


def count() -> None:
    """Count from now on."""
    Argon2PasswordHasher.encode = counted(HASHING, Argon2PasswordHasher.encode)
    Argon2PasswordHasher.verify = counted(HASHING, Argon2PasswordHasher.verify)
    jwt.encode = counted(SIGNING, jwt.encode)
    jwt.decode = counted(SIGNING, jwt.decode)


def spent(request: HttpRequest) -> HttpResponse:
    """The CPU seconds of the process so far: in all, and those of each kind."""
    return JsonResponse({"all": time.process_time(), **_seconds})


@dataclass
class Recording:
    """The statements of one request with their parameters, and the members of its answer."""

    statements: list[tuple[str, Any]]
    answer: Any = None

    def note(self, execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
        if not sql.startswith(TRANSACTION):
            self.statements.append((sql, parameters))
        return execute(sql, parameters, many, context)

    @property
    def writes(self) -> bool:
        return any(not sql.startswith("SELECT") for sql, _ in self.statements)


_recordings: dict[str, Recording] = {}


def recorded(name: str, view: View) -> View:
    """The same view, whose statements are stored as `name`."""

    @csrf_exempt
    def record(request: HttpRequest) -> HttpResponse:
        recording = Recording([])
        with connection.execute_wrapper(recording.note):
            response = view(request)
        recording.answer = orjson.loads(response.content)
        _recordings[name] = recording
        return response

    return record


@csrf_exempt
def replay(request: HttpRequest, name: str) -> HttpResponse:
    """Execute what was recorded as `name`, in one transaction where it writes, and answer with its answer."""
    recording = _recordings[name]
    with transaction.atomic() if recording.writes else nullcontext(), connection.cursor() as cursor:
        for sql, parameters in recording.statements:
            cursor.execute(sql, _made_unique(sql, parameters))
            if cursor.description:
                cursor.fetchall()
    return HttpResponse(orjson.dumps(recording.answer), content_type="application/json")


def _made_unique(sql: str, parameters: Any) -> Any:
    """The parameters; those of an INSERT with other hashes where they must differ: each replay adds a row."""
    found = _INSERT.match(sql)
    if found is None:
        return parameters
    unique, columns = _unique_texts(found[1]), re.findall(r'"(\w+)"', found[2])
    pairs = zip(columns, parameters, strict=True)
    return [secrets.token_hex(len(value) // 2) if name in unique else value for name, value in pairs]


def _unique_texts(table: str) -> set[str]:
    """The columns with text that are unique, by themselves or together with others."""
    [options] = [model._meta for model in apps.get_models() if model._meta.db_table == table]
    together = [*options.unique_together, *(one.fields for one in options.total_unique_constraints)]
    names = {name for names in together for name in names}
    return {
        each.column
        for each in options.concrete_fields
        if isinstance(each, CharField) and (each.unique or each.name in names)
    }
