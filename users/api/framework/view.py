"""What every view of the API does the same way."""

from __future__ import annotations

from functools import cached_property
from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from users.api.framework.authentication import actor_of
from users.api.framework.errors import invalid_body
from users.api.framework.etags import etag, is_not_modified
from users.api.framework.logged import log_response
from users.api.framework.operation import Operation
from users.api.framework.path import check_path
from users.api.framework.query import read_query
from users.api.framework.rate_limit import check_rate
from users.conf import conf
from users.log.request_origin import expect_status
from users.metadata.documents import DOCUMENTS
from users.metadata.validate import size_warning
from users.models import User
from users.representation.field_selection import select_fields
from users.representation.profile import serialize_profile
from users.representation.schema import Schema
from users.representation.validation import FieldError, RuleKind
from users.rights.actor import Actor
from users.tokens.verify import Caller


class View(APIView):
    """An address. `operations` says, for each method, who may call it with what."""

    operations: ClassVar[dict[str, Operation]] = {}
    # What the variable parts of the address may be, by their names in it.
    path: ClassVar[dict[str, Schema]] = {}
    # Whose token it is, once that is known.
    caller: Caller | None = None

    @property
    def allowed_methods(self) -> list[str]:
        """What `Allow` names."""
        return list(self.operations)

    @cached_property
    def actor(self) -> Actor:
        """The calling client, or the person by whose token it calls."""
        return actor_of(self.request)

    @classmethod
    def operation(cls, method: str) -> Operation | None:
        """What `method` does here; HEAD is a GET whose body nobody reads."""
        return cls.operations.get("GET" if method == "HEAD" else method)

    @property
    def _operation(self) -> Operation:
        """What this request asks for. Its method is one of `operations`: others are refused before."""
        operation = self.operation(self.request.method or "")
        assert operation is not None, f"{self.request.method} is none of {self.allowed_methods}"
        return operation

    def perform_authentication(self, request: Request) -> None:
        """Find out who calls, and count the call: a token that is no good counts by address."""
        try:
            super().perform_authentication(request)
        except Exception:
            check_rate(request)
            raise
        self.caller = request.user if isinstance(request.user, Caller) else None
        check_rate(request, self.caller.client_id if self.caller else "")

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        check_path(self.path, kwargs)
        self._query = read_query(self._operation, request.query_params)
        expect_status(self._operation.success)

    def query(self) -> dict[str, Any]:
        """The checked query string."""
        return self._query

    def body(self) -> dict[str, Any]:
        """The checked body. Raises FieldError or TextError."""
        data = self.request.data
        if not self.request.content_type and not data:
            raise invalid_body("'Expected type object but found no body'.")
        try:
            self._operation.body_checker.check(data)
        except FieldError as error:
            if error.field or error.kind is not RuleKind.UNKNOWN:
                raise
            raise FieldError("", f"{error.rule}{self._operation.unknown_advice}") from None
        assert isinstance(data, dict), "every body is an object by its schema"
        return data

    def serialize_user(self, user: User, query: dict[str, Any] | None = None) -> dict[str, Any]:
        """The user as this client may see it, with only the fields it asked for."""
        return select_fields(serialize_profile(user, self.actor), query or {})

    def user_response(
        self, user: User, *, status: int = 200, query: dict[str, Any] | None = None
    ) -> Response:
        """One user, with its version as ETag; 304 to a read whose `If-None-Match` names that."""
        if is_not_modified(self.request, user):
            return Response(status=304, headers={"ETag": etag(user)})
        return Response(self.serialize_user(user, query), status=status, headers={"ETag": etag(user)})

    def write_response(self, user: User, *, status: int = 200) -> Response:
        """The same after a write, with a `Warning` header where a document has grown large."""
        response = self.user_response(user, status=status)
        advised = (size_warning(name, getattr(user, name), conf.limits) for name in DOCUMENTS)
        warnings = ", ".join(f'199 - "{text}"' for text in advised if text)
        if warnings:
            response["Warning"] = warnings
        return response

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        response = super().finalize_response(request, response, *args, **kwargs)
        response.headers.setdefault("Cache-Control", "no-store")
        log_response(self, response)
        return response
