"""`/users`: list and create."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from users.actions.account.create_user import create_user
from users.api.framework.errors import invalid_body, invalid_query
from users.api.framework.operation import Operation
from users.api.framework.paging import checkpoint_page, is_checkpoint
from users.api.framework.problem import Problem
from users.api.framework.searching import translate_search_errors, warning_header
from users.api.framework.view import View
from users.api.schemas import users as schemas
from users.conf import conf
from users.listing.ordered_fetch import count_up_to, read_in_order
from users.lucene.parser import parse
from users.mail.verification import check_can_send, request_verification
from users.metadata.documents import DOCUMENTS
from users.models import Connection
from users.models.user import UserQuerySet
from users.representation.fields import WRITABLE
from users.search.indexed_keys import parse_key_path
from users.search.query import compile_query, filter_by_condition
from users.search.sort_fields import NotIndexed, UnknownSort, check_sort_visible
from users.search.user_list import filter_by_connection, paginate_users

# Source: recorded refusals of the real service.
PAGING_WINDOW = 1000
BEYOND_WINDOW = (
    "You can only page through the first 1000 records."
    " See https://auth0.com/docs/users/search/v3/view-search-results-by-page#limitation"
)
SORTED_CHECKPOINT = (
    "Not together with from or take: a walk by checkpoint leads from the oldest user to the newest"
)
UNINDEXED_SORT = (
    "Users cannot be sorted by {0}: the key is not indexed. POST /api/v2/metadata/indexes indexes it."
)
# Source: Auth0's published OpenAPI document.
OLD_ENGINES = {
    "v1": "You are not allowed to use search_engine=v1.",
    "v2": "You are not allowed to use search_engine=v2. Use search_engine=v3 instead.",
}


class UsersView(View):
    """The users as a collection."""

    operations = {
        "GET": Operation(
            "List users",
            scopes=("read:users", "read:user_idp_tokens"),
            query=schemas.LIST_QUERY,
            success=200,
            schema={"anyOf": [schemas.USERS, schemas.PAGE, schemas.CHECKPOINT]},
            headers=("Warning",),
        ),
        "POST": Operation(
            "Create a user",
            scopes=("create:users",),
            body=schemas.CREATE_USER,
            example=schemas.CREATE_EXAMPLE,
            unknown_advice=schemas.UNKNOWN_FIELD,
            success=201,
            schema=schemas.USER,
            answers={409: "Another user of the connection has this email, username or id."},
            has_etag=True,
        ),
    }

    def get(self, request: Request) -> Response:
        query = self.query()
        _check_list(query)
        # The order of the result would otherwise disclose values that the caller may not see.
        check_sort_visible(query.get("sort", ""), self.actor)
        users = filter_by_connection(connection=query.get("connection", ""))
        # An empty search lists all users, which needs no parsing and no time limit.
        text = query.get("q", "")
        if not text.strip():
            return Response(self._answer(self._page(users, query), users, query))
        with translate_search_errors(text, self.actor):
            condition = compile_query(parse(text), viewer=self.actor, strict=conf.strict_limits)
            users = filter_by_condition(users, condition)
            # PostgreSQL may choose to walk the index of the order past all users; `read_in_order` prevents
            # that.
            page = read_in_order(users, lambda rows: self._page(rows, query))
            # Within the time limit, since counting the total can take longer than the page.
            answer = self._answer(page, users, query)
        return Response(answer, headers=warning_header(condition, self.actor))

    def post(self, request: Request) -> Response:
        body = self.body()
        connection, profile = _get_connection(body["connection"]), _profile(body)
        is_mail_wanted = body.get("verify_email", False)
        if is_mail_wanted:
            # Before the user is created: an error about the mail must not leave a half-done request.
            check_can_send(profile.get("email"), connection)
        user = create_user(
            connection,
            actor=self.actor,
            profile=profile,
            password=body.get("password"),
            bare_id=body.get("user_id"),
            **{name: body[name] for name in DOCUMENTS if name in body},
        )
        if is_mail_wanted:
            request_verification(user, actor=self.actor)
        return self.write_response(user, status=201)

    def _page(self, users: UserQuerySet, query: dict[str, Any]) -> dict[str, Any]:
        """Return one page of the users, by number or by checkpoint."""
        if is_checkpoint(query):
            return self._checkpoint_page(users, query)
        try:
            page = paginate_users(
                users, number=query["page"], size=query["per_page"], sort=query.get("sort", "")
            )
        except NotIndexed as error:
            raise Problem(400, UNINDEXED_SORT.format(error), "invalid_sort") from None
        except UnknownSort as error:
            raise Problem(400, f"Users cannot be sorted by {error}.", "invalid_sort") from None
        return {"users": [self.serialize_user(user, query) for user in page]}

    def _answer(self, page: dict[str, Any], users: UserQuerySet, query: dict[str, Any]) -> Any:
        """Return the page as requested: a bare list, or with totals."""
        if is_checkpoint(query):
            return page
        if not query["include_totals"]:
            return page["users"]
        number, size = query["page"], query["per_page"]
        # With `length`, as recorded; other lists lack it.
        totals = {"start": number * size, "limit": size, "length": len(page["users"])}
        return {**totals, "total": _count_total(users), **page}

    def _checkpoint_page(self, users: UserQuerySet, query: dict[str, Any]) -> dict[str, Any]:
        """Page by checkpoint. An addition of ours: Auth0's list of users has no checkpoints."""
        if "sort" in query:
            raise invalid_query("sort", SORTED_CHECKPOINT)
        # Joined, since `identities` names the connection of each user.
        rows = users.with_connection()
        return checkpoint_page(rows, query, name="users", show=self.serialize_user)


def _count_total(users: UserQuerySet) -> int:
    most = conf.api_total_limit
    # Counting all matches can take longer than the page itself.
    return min(count_up_to(users, most), most) if most else users.count()


def _check_list(query: dict[str, Any]) -> None:
    refused = OLD_ENGINES.get(query.get("search_engine", ""))
    if refused:
        raise Problem(400, refused, "invalid_query_string")
    if (
        conf.strict_limits
        and not is_checkpoint(query)
        # The window decides and not the number of matches: observed of Auth0 with 60 users.
        and (query["page"] + 1) * query["per_page"] > PAGING_WINDOW
    ):
        raise Problem(400, BEYOND_WINDOW, "invalid_paging")
    # Source: Auth0 docs, "Sort search results": Auth0 does not sort by metadata.
    name = query.get("sort", "").rpartition(":")[0]
    # Otherwise indexed metadata keys are sortable, an addition of ours.
    if conf.strict_limits and parse_key_path(name) is not None:
        raise Problem(400, f"Users cannot be sorted by {name}.", "invalid_sort")


def _profile(body: dict[str, Any]) -> dict[str, Any]:
    profile = {name: body[name] for name in WRITABLE if name in body}
    # Auth0's message names the email alone.
    if not {"email", "username", "phone_number"} & profile.keys():
        raise invalid_body("'Missing required property: email'.")
    return profile


def _get_connection(name: str) -> Connection:
    connection = Connection.objects.filter(name=name).first()
    if connection is None:
        # 400 and not 404, as in Auth0's OpenAPI document: the body is wrong, not the path.
        raise Problem(400, "Connection does not exist.", "inexistent_connection")
    # Users of a disabled connection could not sign in.
    if not connection.is_enabled:
        raise Problem(400, "Connection is disabled.", "operation_not_supported")
    return connection
