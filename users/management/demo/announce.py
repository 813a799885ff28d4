"""Messages that the demo prints."""

from __future__ import annotations

from urllib.parse import quote

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from users.management.demo.demo_file import DemoDocument

ROLES = {"admin": gettext_lazy("Administrator"), "agent": gettext_lazy("Support agent"), "user": "Jane Doe"}


def url_summary(url: str) -> str:
    """Return the URLs of the three faces."""
    return "\n".join(
        (
            f"Profiledesk: {url}",
            "",
            f"  {_('Staff dashboard'):<17}{url}/admin/",
            f"  {_('Own page'):<17}{url}/profile/",
            f"  {'API':<17}{url}/api/v2/",
        )
    )


def account_summary(document: DemoDocument) -> str:
    """Return the accounts, the API client and a command to paste."""
    # Aligned columns, so that passwords can be double-clicked.
    width = max(len(document[account]["email"]) for account in ROLES)
    accounts = (
        f"  {role!s:<15}  {document[account]['email']:<{width}}  {document[account]['password']}"
        for account, role in ROLES.items()
    )
    return "\n".join(
        (
            *accounts,
            "",
            f"  {_('API client'):<17}{document['client']['client_id']}",
            f"  {_('its secret'):<17}{document['client']['client_secret']}",
            "",
            _("Jane through the API:"),
            "",
            curl_command(document),
        )
    )


def start_over(database_file: str) -> str:
    """Return how to reset the demo. `database_file` is empty where the database is on a server."""
    if database_file:
        return _("To start over with fresh data: stop this, delete %(file)s*, and run it again.") % {
            "file": database_file
        }
    return _("To start over with fresh data: stop this, empty the database, and run it again.")


def curl_command(document: DemoDocument) -> str:
    """Return one line for any POSIX shell: an inner curl gets a token, the outer one reads Jane's profile.

    The shell itself extracts the token from the JSON, so no other tool (such as jq) is needed.
    """
    url, client = document["url"], document["client"]
    token = (
        f"t=$(curl -sS {url}/oauth/token -d grant_type=client_credentials"
        f" -d client_id={client['client_id']} -d client_secret={client['client_secret']}"
        f" -d audience={document['audience']});"
        r' t=${t#*access_token}; t=${t#*:}; t=${t#*\"}; printf %s "${t%%\"*}"'
    )
    # Quoted, since a plus sign in a query string is read as a space.
    jane = f"{url}/api/v2/users-by-email?email={quote(document['user']['email'])}"
    return f"curl -sS -w '\\n' '{jane}' -H \"Authorization: Bearer $({token})\""
