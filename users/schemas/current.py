"""The current schema of each document, read from the file that a setting names."""

from __future__ import annotations

import logging
from functools import lru_cache
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from users.conf import conf
from users.metadata.documents import DOCUMENTS
from users.metadata.errors import TextError
from users.metadata.schema import Schema
from users.metadata.schema_source import BadSchema
from users.metadata.text import parse

logger = logging.getLogger(__name__)

SETTINGS = {name: f"{name.upper()}_SCHEMA" for name in DOCUMENTS}


def get_schema(document: str) -> Schema | None:
    """The schema of `document`; None if it has none."""
    path = conf.schema_paths[document]
    return _load_schema(path, SETTINGS[document]) if path else None


def check_settings() -> None:
    """Raises ImproperlyConfigured, which names the setting, unless every schema is usable."""
    for document in DOCUMENTS:
        get_schema(document)


# By path and not by modification time: a schema must not change between two requests of one process; a
# restart reads it again.
@lru_cache(maxsize=16)
def _load_schema(path: str, setting: str) -> Schema:
    """Cached for the life of the process: building a validator costs many times its use."""
    try:
        text = Path(path).read_bytes()
    except OSError as error:
        raise ImproperlyConfigured(
            f"{setting} names {path}, which cannot be read ({error.strerror})"
        ) from None
    try:
        schema = Schema(parse(text))
    except (TextError, BadSchema) as error:
        raise ImproperlyConfigured(
            f"{setting} names {path}, which is not a usable JSON Schema: {error}"
        ) from None
    for warning in schema.warnings:
        logger.warning("%s: %s", setting, warning)
    return schema
