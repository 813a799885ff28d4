"""Who may open the pages of rules, and which rule one is about."""

from __future__ import annotations

from django.http import Http404

from users.models import Rule
from users.rights.actor import Actor
from users.rights.may import Verb, check
from users.web.page_view import PageRequest

SECTION = "rules"


def require_administrator(request: PageRequest) -> Actor:
    """Return the actor of the request. Raises Denied unless they may manage rules."""
    # The right comes before the look-up: those without it get the same 403 for every id.
    check(request.actor, Verb.UPDATE_RULE)
    return request.actor


def get_rule_or_404(rule_id: str) -> Rule:
    """Return the rule."""
    rule = Rule.objects.filter(rule_id=rule_id).first()
    if rule is None:
        raise Http404
    return rule
