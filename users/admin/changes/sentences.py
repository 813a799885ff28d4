"""Changes and events as sentences: who did what to whom, in words instead of stored values.

The names in a sentence are HTML that the caller has made, such as a link; a translation may put them in any
order. `format_html` escapes everything else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from users.log.types import DESCRIPTIONS
from users.metadata.diff import Diff
from users.models import Change, LogEvent, Ticket
from users.representation.fields import FIELDS
from users.rights.actor import Face

What = Change.What
# Names in one sentence; further ones are counted.
MAX_NAMES = 4
# What a sentence says in full, so that the values beside it would only repeat it.
SPELLED_OUT = frozenset(What) - {What.USER_METADATA, What.APP_METADATA, What.PROFILE}
SPELLED_OUT_FIELDS = ({"blocked"}, {"email_verified"})


@dataclass(frozen=True)
class Names:
    """HTML of the actor and of the user, and whether they are the same user."""

    actor: SafeString
    user: SafeString
    is_own: bool = False


@dataclass(frozen=True)
class _Sentence:
    """A translated text with placeholders: {actor} and {user}, and those of `parts`."""

    text: str
    parts: dict[str, object]


def change_sentence(change: Change, names: Names) -> SafeString:
    """What the change did, as far as its keys have not been masked."""
    if change.undoes:
        sentence = _say(_("{actor} undid a change of {user}"))
    elif change.restores:
        sentence = _say(_("{actor} restored an earlier state of {user}"))
    else:
        sentence = _SENTENCES[What(change.what)](change, names.is_own)
    return format_html(sentence.text, actor=names.actor, user=names.user, **sentence.parts)


def event_sentence(event: LogEvent, user: SafeString) -> SafeString:
    """What happened, to a user or with the name that was typed."""
    texts = _event_texts()
    if event.type not in texts:
        return format_html("{}: {}", user, _(DESCRIPTIONS.get(event.type, event.type)))
    return format_html(texts[event.type], user=user, ip=bold(event.ip or "–"))


def change_title(change: Change) -> str:
    """What was changed, without names, as the title of the change's own page."""
    if change.what == What.MULTIFACTOR:
        return _factor_title(change.keys)
    return str(change.get_what_display())


def is_spelled_out(change: Change) -> bool:
    """Whether the sentence says all that the change did."""
    return change.what in SPELLED_OUT or (
        change.what == What.PROFILE and change.keys.keys() in SPELLED_OUT_FIELDS and not change.undoes
    )


def bold(text: object) -> SafeString:
    """The text as bold HTML, isolated from the direction of the text around it."""
    return format_html("<b><bdi>{}</bdi></b>", text)


def _say(text: str, **parts: object) -> _Sentence:
    return _Sentence(text, parts)


def _created(change: Change, is_own: bool) -> _Sentence:
    if is_own:
        return _say(_("{actor} signed up"))
    is_import = change.face == Face.IMPORT
    return _say(_("{actor} imported {user}") if is_import else _("{actor} created {user}"))


def _deleted(change: Change, is_own: bool) -> _Sentence:
    return _say(_("{actor} deleted their own account") if is_own else _("{actor} deleted {user}"))


def _document(change: Change, is_own: bool) -> _Sentence:
    count = len(change.keys)
    number = ngettext("{number} key", "{number} keys", count)
    key, sides = next(iter(change.keys.items()), ("", {}))
    parts = {"key": bold(key) if count == 1 else format_html(number, number=count)}
    if is_own and change.face == Face.PROFILE:
        return _say(_("{actor} changed {key} on their own page"), **parts)
    if count == 1 and "before" not in sides:
        return _say(_("{actor} added {key} to {user}"), **parts)
    if count == 1 and "after" not in sides:
        return _say(_("{actor} removed {key} from {user}"), **parts)
    return _say(_("{actor} changed {key} of {user}"), **parts)


def _profile(change: Change, is_own: bool) -> _Sentence:
    # A new email is not verified: that says nothing more.
    fields = change.keys.keys() - ({"email_verified"} if "email" in change.keys else set())
    count = len(fields)
    if count == 1:
        [field] = fields
        return _field(field, change.keys[field].get("after"), is_own)
    if is_own:
        own = ngettext(
            "{actor} changed {number} field of their own profile",
            "{actor} changed {number} fields of their own profile",
            count,
        )
        return _say(own, number=count)
    text = ngettext(
        "{actor} changed {number} profile field of {user}",
        "{actor} changed {number} profile fields of {user}",
        count,
    )
    return _say(text, number=count)


def _field(field: str, after: object, is_own: bool) -> _Sentence:
    if field == "blocked":
        return _say(_("{actor} blocked {user}") if after else _("{actor} unblocked {user}"))
    if field == "email_verified":
        if not after:
            return _say(_("{actor} marked the email of {user} as not verified"))
        own, other = _("{actor} confirmed their email"), _("{actor} marked the email of {user} as verified")
        return _say(own if is_own else other)
    label = FIELDS[field].label if field in FIELDS else field
    # Within a sentence: "email", but "URL" as it is.
    name = label if label[1:2].isupper() else f"{label[:1].lower()}{label[1:]}"
    own, other = _("{actor} changed their own {field}"), _("{actor} changed the {field} of {user}")
    return _say(own if is_own else other, field=name)


def _password(change: Change, is_own: bool) -> _Sentence:
    own, other = _("{actor} changed their own password"), _("{actor} set a new password for {user}")
    return _say(own if is_own else other)


def _reset_sent(change: Change, is_own: bool) -> _Sentence:
    own, other = _("{actor} asked for a password reset"), _("{actor} sent a password reset to {user}")
    return _say(own if is_own else other)


def _ticket(change: Change, is_own: bool) -> _Sentence:
    match change.keys.get("ticket", {}).get("after"):
        case Ticket.Purpose.EMAIL_VERIFICATION:
            return _say(_("{actor} made a link to confirm the email of {user}"))
        case Ticket.Purpose.PASSWORD_CHANGE:
            return _say(_("{actor} made a link to change the password of {user}"))
    return _say(_("{actor} made a link for {user}"))


def _staff_rights(change: Change, is_own: bool) -> _Sentence:
    before, after = _sides(change.keys, "groups")
    given = [name for name in after if name not in before]
    taken = [name for name in before if name not in after]
    parts = {"names": _join(given or taken), "others": _join(taken)}
    if given and taken:
        return _say(_("{actor} gave {user} the staff rights {names} instead of {others}"), **parts)
    if given:
        return _say(_("{actor} gave {user} the staff rights {names}"), **parts)
    if taken:
        return _say(_("{actor} took the staff rights {names} from {user}"), **parts)
    return _say(_("{actor} changed the staff rights of {user}"))


def _multifactor(change: Change, is_own: bool) -> _Sentence:
    codes = change.keys.get("recovery_codes", {}).get("after")
    before, after = _sides(change.keys, "multifactor")
    if codes == "new":
        own, other = _("{actor} made new recovery codes"), _("{actor} made new recovery codes for {user}")
    elif codes:
        own, other = (
            _("{actor} removed their recovery codes"),
            _("{actor} removed the recovery codes of {user}"),
        )
    elif after and not before:
        own, other = _("{actor} added two-step sign-in"), _("{actor} added two-step sign-in for {user}")
    elif before and not after:
        own = _("{actor} removed their two-step sign-in")
        other = _("{actor} removed the two-step sign-in of {user}")
    else:
        own, other = (
            _("{actor} changed their two-step sign-in"),
            _("{actor} changed the two-step sign-in of {user}"),
        )
    return _say(own if is_own else other)


def _factor_title(keys: Diff) -> str:
    codes = keys.get("recovery_codes", {}).get("after")
    if codes:
        return _("New recovery codes") if codes == "new" else _("Recovery codes removed")
    before, after = _sides(keys, "multifactor")
    if bool(before) == bool(after):
        return _("Two-step sign-in changed")
    return _("Two-step sign-in added") if after else _("Two-step sign-in removed")


def _identities(change: Change, is_own: bool) -> _Sentence:
    account = next(iter(change.keys), "")
    sides = change.keys.get(account, {})
    # The line of the linked account itself names the user that it was linked to.
    if account == "linked_to":
        parts = {"account": bold(sides.get("after") or sides.get("before") or "")}
        linked, unlinked = (
            _("{actor} linked {user} to {account}"),
            _("{actor} unlinked {user} from {account}"),
        )
        return _say(linked if "after" in sides else unlinked, **parts)
    parts = {"account": bold(account)}
    if "before" in sides and "after" in sides:
        return _say(_("{actor} changed the linked account {account} of {user}"), **parts)
    if "after" in sides:
        return _say(_("{actor} linked {account} to {user}"), **parts)
    return _say(_("{actor} unlinked {account} from {user}"), **parts)


def _roles(change: Change, is_own: bool) -> _Sentence:
    given, taken = _given_and_taken(change.keys)
    if given:
        text = ngettext(
            "{actor} gave {user} the role {names}", "{actor} gave {user} the roles {names}", len(given)
        )
        return _say(text, names=_join(given))
    text = ngettext(
        "{actor} took the role {names} from {user}", "{actor} took the roles {names} from {user}", len(taken)
    )
    return _say(text, names=_join(taken))


def _permissions(change: Change, is_own: bool) -> _Sentence:
    given, taken = _given_and_taken(change.keys)
    if given:
        text = ngettext(
            "{actor} gave {user} the permission {names}",
            "{actor} gave {user} the permissions {names}",
            len(given),
        )
        return _say(text, names=_join(given))
    text = ngettext(
        "{actor} took the permission {names} from {user}",
        "{actor} took the permissions {names} from {user}",
        len(taken),
    )
    return _say(text, names=_join(taken))


def _lockout_cleared(change: Change, is_own: bool) -> _Sentence:
    return _say(_("{actor} cleared the lockout of {user}"))


def _given_and_taken(keys: Diff) -> tuple[list[str], list[str]]:
    given = [name for name, sides in keys.items() if "after" in sides]
    return given, [name for name in keys if name not in given]


def _sides(keys: Diff, key: str) -> tuple[list[str], list[str]]:
    """Both sides of a key whose value is a list of names; null and a missing side are empty lists."""
    sides = keys.get(key, {})
    before, after = ([str(name) for name in sides.get(side) or ()] for side in ("before", "after"))
    return before, after


def _join(names: Iterable[str]) -> SafeString:
    listed = list(names)
    shown = format_html_join(", ", "{}", ((bold(name),) for name in listed[:MAX_NAMES]))
    if len(listed) <= MAX_NAMES:
        return shown
    return format_html(_("{names} and {number} more"), names=shown, number=len(listed) - MAX_NAMES)


_SENTENCES: dict[What, Callable[[Change, bool], _Sentence]] = {
    What.CREATED: _created,
    What.DELETED: _deleted,
    What.USER_METADATA: _document,
    What.APP_METADATA: _document,
    What.PROFILE: _profile,
    What.PASSWORD: _password,
    What.RESET_SENT: _reset_sent,
    What.STAFF_RIGHTS: _staff_rights,
    What.TICKET: _ticket,
    What.MULTIFACTOR: _multifactor,
    What.IDENTITIES: _identities,
    What.ROLES: _roles,
    What.PERMISSIONS: _permissions,
    What.LOCKOUT_CLEARED: _lockout_cleared,
}


def _event_texts() -> dict[str, str]:
    """By type. A function, since the language is that of the request."""
    return {
        "s": _("{user} signed in"),
        "slo": _("{user} signed out"),
        "fp": _("Failed sign-in of {user}: wrong password"),
        "fu": _("Failed sign-in as {user}: no such user"),
        "f": _("Failed sign-in of {user}"),
        "limit_wc": _("{user} was locked out after too many wrong passwords"),
        "limit_mu": _("The IP address {ip} was locked out after too many failed sign-ins"),
        "gd_auth_succeed": _("{user} passed two-step sign-in"),
        "gd_auth_failed": _("{user} entered a wrong code in two-step sign-in"),
        "gd_recovery_succeed": _("{user} signed in with a recovery code"),
        "gd_recovery_failed": _("{user} entered a wrong recovery code"),
        "ferrt": _("A replaced refresh token of {user} was used again; the application was signed out"),
        "sepft": _("{user} signed in through the API"),
        "fepft": _("Failed sign-in of {user} through the API"),
        "scpr": _("{user} asked for a password reset"),
        "fcp": _("{user} failed to change their password"),
        "fcpr": _("A password reset was requested for {user}: no such user"),
        "fv": _("Failed to confirm the email of {user}"),
    }
