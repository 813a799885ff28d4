"""The base class of all API views."""

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
from users.metadata.validate import size_above_advised
from users.models import User
from users.representation.field_selection import select_fields
from users.representation.profile import serialize_profile
from users.representation.schema import Schema
from users.representation.validation import FieldError, RuleKind
from users.rights.actor import Actor
from users.tokens.verify import Caller


class View(APIView):
    """A path of the API. `operations` states, for each method, who may call it and with what."""

    operations: ClassVar[dict[str, Operation]] = {}
    # Schemas of the path parameters, by name.
    path: ClassVar[dict[str, Schema]] = {}
    # The authenticated caller, once known.
    caller: Caller | None = None

    @property
    def allowed_methods(self) -> list[str]:
        """The methods that the `Allow` header lists."""
        # Not DRF's list, which would add OPTIONS and every handler, though HasScope opens only operations.
        return list(self.operations)

    @cached_property
    def actor(self) -> Actor:
        """The calling client, or the user whose token it is."""
        return actor_of(self.request)

    @classmethod
    def operation(cls, method: str) -> Operation | None:
        """Return the operation of `method`; HEAD is a GET without a body."""
        return cls.operations.get("GET" if method == "HEAD" else method)

    @property
    def _operation(self) -> Operation:
        """What this request asks for. Its method is one of `operations`: others are refused before."""
        operation = self.operation(self.request.method or "")
        assert operation is not None, f"{self.request.method} is none of {self.allowed_methods}"
        return operation

    def perform_authentication(self, request: Request) -> None:
        """Authenticate the caller and count the call. An invalid token counts by IP address."""
        try:
            super().perform_authentication(request)
        # Guessing tokens must hit the limit too, and invalid ones name no client that could be counted.
        except Exception:
            check_rate(request)
            raise
        # AnonymousUser is no Caller; such requests are counted by IP address as well.
        self.caller = request.user if isinstance(request.user, Caller) else None
        check_rate(request, self.caller.client_id if self.caller else "")

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        # After authentication and scopes: what the path and query may be is nothing an unauthorized caller
        # needs.
        check_path(self.path, kwargs)
        self._query = read_query(self._operation, request.query_params)
        expect_status(self._operation.success)

    def query(self) -> dict[str, Any]:
        """Return the validated query string."""
        return self._query

    def body(self) -> dict[str, Any]:
        """Return the validated body, of an operation whose body is an object. Raises FieldError or
        TextError."""
        data = self._valid_body()
        assert isinstance(data, dict), "the operation's schema says so"
        return data

    def body_list(self) -> list[Any]:
        """Return the validated body, of an operation whose body is an array. Raises as `body` does."""
        data = self._valid_body()
        assert isinstance(data, list), "the operation's schema says so"
        return data

    def _valid_body(self) -> Any:
        data = self.request.data
        # DRF parses a missing body as `{}`, which would report missing fields instead of the missing body.
        if not self.request.content_type and not data:
            raise invalid_body("'Expected type object but found no body'.")
        try:
            self._operation.body_checker.check(data)
        except FieldError as error:
            # Only unknown fields at the top could be moved to metadata: the advice fits no other error.
            if error.field or error.kind is not RuleKind.UNKNOWN:
                raise
            raise FieldError("", f"{error.rule}{self._operation.unknown_advice}") from None
        return data

    def serialize_user(self, user: User, query: dict[str, Any] | None = None) -> dict[str, Any]:
        """Serialize the user as this caller may see them, with only the requested fields."""
        return select_fields(serialize_profile(user, self.actor), query or {})

    def user_response(
        self, user: User, *, status: int = 200, query: dict[str, Any] | None = None
    ) -> Response:
        """Return one user, with the version as ETag; 304 to a read whose `If-None-Match` matches."""
        # A 304 carries the ETag that a 200 would have (RFC 9110, section 15.4.5).
        if is_not_modified(self.request, user):
            return Response(status=304, headers={"ETag": etag(user)})
        return Response(self.serialize_user(user, query), status=status, headers={"ETag": etag(user)})

    def write_response(self, user: User, *, status: int = 200) -> Response:
        """Return the user after a write, with a `Warning` header where a document has grown large."""
        response = self.user_response(user, status=status)
        limits = conf.limits
        sizes = {name: size_above_advised(getattr(user, name), limits) for name in DOCUMENTS}
        # The write succeeds all the same: Auth0, too, stores a profile that is over its 10 kB.
        warnings = ", ".join(
            f'199 - "{name} is {size:,} bytes; over {limits.advised_bytes:,} it slows every sign-in"'
            for name, size in sizes.items()
            if size
        )
        if warnings:
            response["Warning"] = warnings
        return response

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        response = super().finalize_response(request, response, *args, **kwargs)
        # Responses hold personal data; a shared cache must not store them.
        response.headers.setdefault("Cache-Control", "no-store")
        log_response(self, response)
        return response
