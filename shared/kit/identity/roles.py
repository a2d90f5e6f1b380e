"""The one table of what each role may do."""

from collections.abc import Mapping

from shared.contracts.identity import Permission, Role

_PARTY = frozenset(
    {
        Permission.PROFILES_READ,
        Permission.PROFILES_WRITE,
        Permission.FEEDBACK_READ,
        Permission.FEEDBACK_WRITE,
        Permission.INTRODUCTIONS_READ,
        Permission.INTRODUCTIONS_WRITE,
        Permission.MATCHES_ASK,
        Permission.RUNS_READ,
        Permission.STATUS_READ,
        Permission.WEBHOOKS_READ,
        Permission.WEBHOOKS_WRITE,
        Permission.PERSONAL_DATA_EXPORT,
        Permission.PERSONAL_DATA_ERASE,
        Permission.ERASURES_READ,
    }
)
"""Whoever stands on one side of a pairing; which profiles this is about, ownership decides."""
_OF_ONES_OWN = frozenset({Permission.PERSONAL_DATA_EXPORT, Permission.PERSONAL_DATA_ERASE})
"""For the organisation itself, and for administrators on its behalf."""
_NOT_FOR_PEOPLE = frozenset({Permission.FEED_READ, Permission.ERASURES_CONFIRM})
"""The feed holds every profile whole: only a service reads it, and says what it has forgotten of it."""

PERMISSIONS: Mapping[Role, frozenset[Permission]] = {
    Role.ENTERPRISE: _PARTY,
    Role.FOUNDER: _PARTY,
    Role.INVESTOR: _PARTY,
    Role.PLATFORM_OPERATOR: _PARTY,
    Role.PLATFORM: (_PARTY - _OF_ONES_OWN)
    | {
        Permission.NOTIFICATIONS_WRITE,
        Permission.PROFILES_EXPORT,
        Permission.ALLOCATIONS_READ,
        Permission.ALLOCATIONS_WRITE,
        Permission.REPORTS_READ,
        Permission.RANKING_READ,
    },
    Role.RANKING_OPERATOR: frozenset(
        {
            Permission.PROFILES_READ,
            Permission.FEEDBACK_READ,
            Permission.RANKING_READ,
            Permission.RANKING_WRITE,
            Permission.REPORTS_READ,
            Permission.STATUS_READ,
        }
    ),
    Role.AUDITOR: frozenset(permission for permission in Permission if permission.value.endswith(":read"))
    - _NOT_FOR_PEOPLE,
    Role.ADMIN: frozenset(Permission) - _NOT_FOR_PEOPLE,
    Role.SERVICE: frozenset(
        {
            Permission.FEED_READ,
            Permission.NOTIFICATIONS_WRITE,
            Permission.STATUS_READ,
            Permission.ERASURES_CONFIRM,
        }
    ),
}
