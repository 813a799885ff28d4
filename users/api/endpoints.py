"""The table of all paths of the Management API.

A path added here gets its route, permission checks, validation, OpenAPI description and rows in the
permission tests.
"""

from __future__ import annotations

from users.api.framework.view import View
from users.api.views.authentication_methods import AuthenticationMethodsView, AuthenticationMethodView
from users.api.views.authenticators import AuthenticatorsView
from users.api.views.client import ClientSecretView, ClientView
from users.api.views.client_grants import ClientGrantsView, ClientGrantView
from users.api.views.clients import ClientsView
from users.api.views.connection import ConnectionView
from users.api.views.connection_users import ConnectionUsersView
from users.api.views.connections import ConnectionsView
from users.api.views.enabled_clients import ClientConnectionsView, ConnectionClientsView
from users.api.views.enrollments import EnrollmentsView
from users.api.views.events import EventsView
from users.api.views.grants import GrantsView, GrantView
from users.api.views.history import HistoryView, RestoreView, UndoView
from users.api.views.identities import IdentitiesView, IdentityView
from users.api.views.import_export import UsersExportsView, UsersImportsView
from users.api.views.indexed_keys import IndexedKeysView, IndexedKeyView
from users.api.views.jobs import JobErrorsView, JobView, VerificationEmailView
from users.api.views.logs import LogsView, LogView, UserLogsView
from users.api.views.metadata_keys import MetadataKeysView
from users.api.views.multifactor import MultifactorView
from users.api.views.recovery_code import RecoveryCodeView
from users.api.views.refresh_tokens import RefreshTokenView, UserRefreshTokensView
from users.api.views.remembered_browsers import RememberedBrowsersView
from users.api.views.resource_servers import ResourceServersView, ResourceServerView
from users.api.views.role import RoleView
from users.api.views.role_permissions import RolePermissionsView
from users.api.views.role_users import RoleUsersView
from users.api.views.roles import RolesView
from users.api.views.rules import RulesView, RuleView
from users.api.views.rules_configs import RulesConfigsView, RulesConfigView
from users.api.views.sessions import (
    RevokeAccessView,
    SessionRevocationView,
    SessionView,
    UserSessionsView,
)
from users.api.views.stats import ActiveUsersView, DailyView
from users.api.views.tickets import EmailVerificationView, PasswordChangeView
from users.api.views.user import SingularUserView, UserView
from users.api.views.user_blocks import UserBlocksView, UserBlockView
from users.api.views.user_organizations import UserOrganizationsView
from users.api.views.user_permissions import UserPermissionsView
from users.api.views.user_roles import UserRolesView
from users.api.views.users import UsersView
from users.api.views.users_by_email import UsersByEmailView

# Paths below /api/v2, in OpenAPI's notation. Django takes the first route that matches, so the more
# specific come first.
ENDPOINTS: dict[str, type[View]] = {
    "/user-blocks/{user_id}": UserBlockView,
    "/user-blocks": UserBlocksView,
    "/users-by-email": UsersByEmailView,
    "/users": UsersView,
    "/users/{user_id}/identities/{provider}/{identity_id}": IdentityView,
    "/users/{user_id}/identities": IdentitiesView,
    "/users/{user_id}/roles": UserRolesView,
    "/users/{user_id}/permissions": UserPermissionsView,
    "/users/{user_id}/organizations": UserOrganizationsView,
    "/users/{user_id}/multifactor/actions/invalidate-remember-browser": RememberedBrowsersView,
    "/users/{user_id}/multifactor/{provider}": MultifactorView,
    "/users/{user_id}/authenticators": AuthenticatorsView,
    "/users/{user_id}/authentication-methods": AuthenticationMethodsView,
    "/users/{user_id}/authentication-methods/{method_id}": AuthenticationMethodView,
    "/users/{user_id}/enrollments": EnrollmentsView,
    "/users/{user_id}/recovery-code-regeneration": RecoveryCodeView,
    "/users/{user_id}/sessions": UserSessionsView,
    "/users/{user_id}/refresh-tokens": UserRefreshTokensView,
    "/users/{user_id}/revoke-access": RevokeAccessView,
    "/users/{user_id}/logs": UserLogsView,
    "/users/{user_id}/history/{change_id}/undo": UndoView,
    "/users/{user_id}/history": HistoryView,
    "/users/{user_id}/restore": RestoreView,
    "/users/{user_id}": UserView,
    "/user/{user_id}": SingularUserView,
    "/sessions/{session_id}/revoke": SessionRevocationView,
    "/sessions/{session_id}": SessionView,
    "/refresh-tokens/{token_id}": RefreshTokenView,
    "/grants": GrantsView,
    "/grants/{grant_id}": GrantView,
    "/roles": RolesView,
    "/roles/{id}": RoleView,
    "/roles/{id}/users": RoleUsersView,
    "/roles/{id}/permissions": RolePermissionsView,
    "/rules": RulesView,
    "/rules/{id}": RuleView,
    "/rules-configs": RulesConfigsView,
    "/rules-configs/{key}": RulesConfigView,
    "/connections": ConnectionsView,
    "/connections/{connection_id}": ConnectionView,
    "/connections/{connection_id}/users": ConnectionUsersView,
    "/connections/{connection_id}/clients": ConnectionClientsView,
    "/clients": ClientsView,
    "/clients/{client_id}": ClientView,
    "/clients/{client_id}/rotate-secret": ClientSecretView,
    "/clients/{client_id}/connections": ClientConnectionsView,
    "/client-grants": ClientGrantsView,
    "/client-grants/{grant_id}": ClientGrantView,
    "/resource-servers": ResourceServersView,
    "/resource-servers/{resource_server_id}": ResourceServerView,
    "/tickets/password-change": PasswordChangeView,
    "/tickets/email-verification": EmailVerificationView,
    "/jobs/verification-email": VerificationEmailView,
    "/jobs/users-imports": UsersImportsView,
    "/jobs/users-exports": UsersExportsView,
    "/jobs/{id}": JobView,
    "/jobs/{id}/errors": JobErrorsView,
    "/events": EventsView,
    "/logs": LogsView,
    "/logs/{id}": LogView,
    "/metadata/indexes": IndexedKeysView,
    "/metadata/indexes/{index_id}": IndexedKeyView,
    "/stats/active-users": ActiveUsersView,
    "/stats/daily": DailyView,
    # An addition of ours, as are history, events and indexes.
    "/metadata/keys": MetadataKeysView,
}
