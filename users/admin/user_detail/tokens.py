"""The Tokens tab of a user: what would be in the tokens for an application, and which rule put it there."""

from __future__ import annotations

from typing import Any

from users.admin.request import TemplateContext, UserPageRequest
from users.admin.rules.application_choice import LIST_ID, find_applications, suggested_applications
from users.admin.rules.trial import TOKEN_TITLES, metadata_lines, show_value
from users.rights.errors import Denied
from users.rules.trial import ExplainedClaim, Trial, explain


def tokens_context(visit: UserPageRequest) -> TemplateContext:
    """The applications and, for the one that `?client=` names, the claims of its tokens."""
    applications = suggested_applications()
    chosen = visit.request.GET.get("client")
    context: TemplateContext = {
        "applications": applications,
        "list_id": LIST_ID,
        "chosen_client": applications[0][0] if chosen is None and applications else chosen or "",
    }
    found = find_applications(chosen or "")
    if len(found) != 1:
        return {**context, "found_applications": len(found), "is_asked": bool(chosen)}
    [client] = found
    try:
        trial, claims = explain(visit.user, client, visit.user.connection, actor=visit.actor)
    except Denied as denied:
        return {**context, "tokens_refusal": denied.reason}
    return {**context, "explained": _show(trial, claims), "client": client}


def _show(trial: Trial, claims: list[ExplainedClaim]) -> TemplateContext:
    lines = metadata_lines(trial)
    failed = trial.rules[-1].rule if trial.error and trial.rules else None
    return {
        "error": trial.error,
        "failed": failed,
        "rules": len(trial.rules),
        "tokens": [
            {
                "id": token,
                "title": title,
                "claims": [_claim(claim) for claim in claims if claim.token == token],
            }
            for token, title in TOKEN_TITLES.items()
        ],
        "decisions": trial.decisions,
        "lines": lines.shown,
        "more": lines.more,
    }


def _claim(claim: ExplainedClaim) -> dict[str, Any]:
    return {
        "name": claim.name,
        "value": show_value(claim.value),
        "rule": claim.rule,
        "is_dropped": claim.is_dropped,
    }
