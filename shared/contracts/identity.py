"""Who may do what, as words of the wire: roles, and the permissions that they carry and that keys are narrowed to."""

from enum import StrEnum


class Role(StrEnum):
    """What a caller is to the platform; a caller may have several."""

    PLATFORM = "platform"
    """Staff of the matchmaking platform: sees and edits every profile."""
    ENTERPRISE = "enterprise"
    """Posts R&D demands and application scenarios of its own."""
    FOUNDER = "founder"
    """Posts projects of its own."""
    INVESTOR = "investor"
    """Posts investor profiles of its own."""
    PLATFORM_OPERATOR = "platform_operator"
    """Runs a concept-verification or pilot-test platform, and posts its profile."""
    RANKING_OPERATOR = "ranking_operator"
    """Tunes the ranking: policies, golden sets, models, comparisons."""
    AUDITOR = "auditor"
    """Reads records and the audit trail, and changes nothing."""
    ADMIN = "admin"
    """Everything, keys above all."""
    SERVICE = "service"
    """A service of this system: reads the change feed."""


class Permission(StrEnum):
    """What a route asks for; the scopes of a key are some of these."""

    PROFILES_READ = "profiles:read"
    PROFILES_WRITE = "profiles:write"
    PROFILES_EXPORT = "profiles:export"
    FEED_READ = "feed:read"
    FEEDBACK_READ = "feedback:read"
    FEEDBACK_WRITE = "feedback:write"
    INTRODUCTIONS_READ = "introductions:read"
    INTRODUCTIONS_WRITE = "introductions:write"
    MATCHES_ASK = "matches:ask"
    RUNS_READ = "runs:read"
    ALLOCATIONS_READ = "allocations:read"
    ALLOCATIONS_WRITE = "allocations:write"
    REPORTS_READ = "reports:read"
    RANKING_READ = "ranking:read"
    """Policies, golden sets, models and comparisons."""
    RANKING_WRITE = "ranking:write"
    STATUS_READ = "status:read"
    KEYS_READ = "keys:read"
    KEYS_WRITE = "keys:write"
    AUDIT_READ = "audit:read"
