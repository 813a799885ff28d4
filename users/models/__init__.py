"""The models: every table of the product. Other rooms import models from here only."""

from users.models.authorization import Authorization, AuthorizationCode, hash_token
from users.models.authorization_request import AuthorizationRequest
from users.models.change import Change
from users.models.client import Client
from users.models.configuration_change import ConfigurationChange
from users.models.connection import DEFAULT_CONNECTION, Connection
from users.models.consent import Consent
from users.models.daily_count import (
    DAILY_NUMBERS,
    FAILED_LOGIN_TYPES,
    LOGIN_TYPES,
    DailyCount,
    DailyIncrement,
)
from users.models.deleted_user import DeletedUser
from users.models.event import Event, Outbox, Stream
from users.models.grant import ClientGrant
from users.models.indexed_key import IndexedKey
from users.models.job import Job
from users.models.job_file import FailedRecord, FilePiece
from users.models.log_event import LogEvent
from users.models.login_ticket import LoginTicket
from users.models.metadata_key import MetadataKey, MetadataSurvey
from users.models.mfa_token import MfaToken
from users.models.note import Note
from users.models.refresh_token import RefreshToken, RefreshTokenSecret
from users.models.resource_server import ResourceServer
from users.models.role import Permission, Role, RoleMember, UserPermission
from users.models.rule import Rule, RuleConfig, RuleFailure, RuleRunCount, RuleVersion
from users.models.segment import Segment
from users.models.segment_count import SegmentCount
from users.models.session import Session
from users.models.signing_key import SigningKey
from users.models.ticket import Ticket
from users.models.user import User
from users.models.webhook import Delivery, DeliveryCount, Webhook

__all__ = [
    "DAILY_NUMBERS",
    "DEFAULT_CONNECTION",
    "FAILED_LOGIN_TYPES",
    "LOGIN_TYPES",
    "Authorization",
    "AuthorizationCode",
    "AuthorizationRequest",
    "Change",
    "Client",
    "ClientGrant",
    "ConfigurationChange",
    "Connection",
    "Consent",
    "DailyCount",
    "DailyIncrement",
    "DeletedUser",
    "Delivery",
    "DeliveryCount",
    "Event",
    "FailedRecord",
    "FilePiece",
    "IndexedKey",
    "Job",
    "LogEvent",
    "LoginTicket",
    "MetadataKey",
    "MetadataSurvey",
    "MfaToken",
    "Note",
    "Outbox",
    "Permission",
    "RefreshToken",
    "RefreshTokenSecret",
    "ResourceServer",
    "Role",
    "RoleMember",
    "Rule",
    "RuleConfig",
    "RuleFailure",
    "RuleRunCount",
    "RuleVersion",
    "Segment",
    "SegmentCount",
    "Session",
    "SigningKey",
    "Stream",
    "Ticket",
    "User",
    "UserPermission",
    "Webhook",
    "hash_token",
]
