"""What the address of the users list asks for, and the addresses that its links lead to."""

from __future__ import annotations

from django.http import QueryDict

# `after` and `before` are not among them: whatever changes what is listed begins at its beginning.
LIST_PARAMETERS = ("q", "status", "connection", "created", "last_login", "has", "sort", "column")


class ListURL:
    """The parameters that are known; others are not there."""

    def __init__(self, given: QueryDict) -> None:
        self.lists = {
            name: [value.replace("\0", "") for value in given.getlist(name)]
            for name in LIST_PARAMETERS
            if name in given
        }

    def text(self, name: str) -> str:
        """The parameter; empty where it is not there."""
        return self.texts(name)[-1] if self.texts(name) else ""

    def texts(self, name: str) -> list[str]:
        """All that it is given, if only once."""
        return self.lists.get(name, [])

    def link(self, **changes: str | list[str] | None) -> str:
        """The address with these parameters, None for without."""
        query = QueryDict(mutable=True)
        for name, values in {**self.lists, **changes}.items():
            query.setlist(name, values if isinstance(values, list) else [values] if values else [])
        return f"?{query.urlencode()}"

    def hidden_fields(self, *names: str) -> list[tuple[str, str]]:
        """What else a form must carry along."""
        return [(name, value) for name, values in self.lists.items() if name not in names for value in values]
