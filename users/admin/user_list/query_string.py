"""The query string of the user list, and the URLs of its links."""

from __future__ import annotations

from django.http import QueryDict

# The cursors `after` and `before` are left out: a link that changes the list starts at its first page.
LIST_PARAMETERS = ("q", "segment", "status", "connection", "created", "last_login", "has", "sort", "column")


class ListURL:
    """The known parameters of the URL; others are ignored."""

    def __init__(self, given: QueryDict) -> None:
        self.lists = {
            # PostgreSQL refuses NUL; an URL may contain any byte.
            name: [value.replace("\0", "") for value in given.getlist(name)]
            for name in LIST_PARAMETERS
            if name in given
        }

    def text(self, name: str) -> str:
        """Return the parameter's last value; empty where it is missing."""
        # The last of several, as Django's own QueryDict takes it.
        return self.texts(name)[-1] if self.texts(name) else ""

    def texts(self, name: str) -> list[str]:
        """Return all values of the parameter."""
        return self.lists.get(name, [])

    def link(self, **changes: str | list[str] | None) -> str:
        """Return the URL with these parameters replaced, None to remove one."""
        query = QueryDict(mutable=True)
        for name, values in {**self.lists, **changes}.items():
            query.setlist(name, values if isinstance(values, list) else [values] if values else [])
        return f"?{query.urlencode()}"

    def hidden_fields(self, *names: str) -> list[tuple[str, str]]:
        """Return the other parameters as hidden form fields."""
        return [(name, value) for name, values in self.lists.items() if name not in names for value in values]
