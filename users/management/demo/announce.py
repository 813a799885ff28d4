"""Messages that the demo prints."""

from __future__ import annotations

from urllib.parse import quote

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from users.management.demo.demo_file import DemoDocument

ROLES = {"admin": gettext_lazy("Administrator"), "agent": gettext_lazy("Support agent"), "user": "Jane Doe"}


def has_demo_pages() -> bool:
    """Whether these settings serve the pages of the demo: see `config.demo_settings`."""
    return settings.ROOT_URLCONF == "config.demo_urls"


def url_summary(url: str) -> str:
    """Return the URLs of the three faces, and of the pages of the demo where they are served."""
    paths = {_("Staff dashboard"): "/admin/", _("Own page"): "/profile/", "API": "/api/v2/"}
    if has_demo_pages():
        paths |= {_("Sample app"): "/demo/", _("Emails"): "/demo/mail/"}
    lines = (f"  {label:<17}{url}{path}" for label, path in paths.items())
    return "\n".join((f"Profiledesk: {url}", "", *lines))


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
