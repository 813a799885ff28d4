"""Find the texts of Django templates for Babel, whose `extract` is configured in `users/locale/babel.cfg`."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping
from typing import IO

import django
from django.apps import apps
from django.template import Template
from django.template.base import Node
from django.templatetags.i18n import BlockTranslateNode, TranslateNode
from django.utils.translation import trim_whitespace

# Line, name of the function, its texts, comments for translators.
Found = tuple[int, str, str | tuple[str, ...], list[str]]


def extract_texts(
    file: IO[bytes], keywords: Collection[str], comment_tags: Collection[str], options: Mapping[str, str]
) -> Iterator[Found]:
    """Yield each text of `{% translate %}` and `{% blocktranslate %}`.

    Source: Babel's documentation, "Working with Message Catalogs", on writing extraction methods.
    """
    if not apps.ready:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
        django.setup()
    template = Template(file.read().decode())
    for node in template.nodelist.get_nodes_by_type(Node):
        line = (node.token.lineno if node.token else None) or 0
        if isinstance(node, TranslateNode):
            # None for a variable, whose texts are marked elsewhere.
            text = node.filter_expression.var.literal
            if text is not None:
                yield line, "gettext", str(text), []
        elif isinstance(node, BlockTranslateNode):
            # The forms as Django looks them up: with placeholders of `%`.
            forms = [node.render_token_list(tokens)[0] for tokens in (node.singular, node.plural) if tokens]
            one, *many = map(trim_whitespace, forms) if node.trimmed else forms
            yield line, "ngettext" if many else "gettext", (one, *many) if many else one, []
