"""The tables. Every other room imports models from here only."""

from users.models.change import Change
from users.models.client import Client
from users.models.connection import DEFAULT_CONNECTION, Connection
from users.models.grant import ClientGrant
from users.models.key import SigningKey
from users.models.user import User

__all__ = [
    "DEFAULT_CONNECTION",
    "Change",
    "Client",
    "ClientGrant",
    "Connection",
    "SigningKey",
    "User",
]
