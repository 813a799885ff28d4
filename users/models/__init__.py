"""The tables. Every other room imports models from here only."""

from users.models.change import Change
from users.models.client import Client
from users.models.connection import DEFAULT_CONNECTION, Connection
from users.models.day import Day
from users.models.grant import ClientGrant
from users.models.job import Job
from users.models.key import SigningKey
from users.models.metadata_key import MetadataKey, MetadataSurvey
from users.models.resource_server import ResourceServer
from users.models.role import Permission, Role, RoleMember, UserPermission
from users.models.ticket import Ticket
from users.models.user import User

__all__ = [
    "DEFAULT_CONNECTION",
    "Change",
    "Client",
    "ClientGrant",
    "Connection",
    "Day",
    "Job",
    "MetadataKey",
    "MetadataSurvey",
    "Permission",
    "ResourceServer",
    "Role",
    "RoleMember",
    "SigningKey",
    "Ticket",
    "User",
    "UserPermission",
]
