"""What a caller may do: the sum of its roles, narrowed by its scopes."""

from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.identity import Permission, Role
from shared.kit.identity.principal import LOCAL, Principal
from shared.kit.identity.roles import PERMISSIONS

role_sets = st.frozensets(st.sampled_from(Role), min_size=1)


def test_every_role_may_something() -> None:
    assert set(PERMISSIONS) == set(Role)
    assert all(PERMISSIONS.values())


def test_only_a_service_reads_the_feed() -> None:
    assert [role for role in Role if Permission.FEED_READ in PERMISSIONS[role]] == [Role.SERVICE]


def test_an_auditor_changes_nothing() -> None:
    assert all(permission.endswith(":read") for permission in PERMISSIONS[Role.AUDITOR])
    assert Permission.AUDIT_READ in PERMISSIONS[Role.AUDITOR]


@given(roles=role_sets, scopes=st.frozensets(st.sampled_from(Permission)), permission=st.sampled_from(Permission))
def test_a_scope_only_narrows(roles: frozenset[Role], scopes: frozenset[Permission], permission: Permission) -> None:
    whole, narrowed = Principal(id="a", roles=roles), Principal(id="a", roles=roles, scopes=scopes)
    assert narrowed.may(permission) == (whole.may(permission) and permission in scopes)


def test_what_nobody_owns_is_nobodys() -> None:
    founder = Principal(id="a", roles=frozenset({Role.FOUNDER}))
    assert not founder.owns(None)
    assert not founder.sees_private(None)


def test_an_organisation_acts_for_itself_alone() -> None:
    founder = Principal(id="a", roles=frozenset({Role.FOUNDER}), organization_id="org-1")
    assert founder.acts_for("org-1") and founder.sees_private("org-1")
    assert not founder.acts_for("org-2") and not founder.sees_private("org-2")


def test_the_local_user_acts_for_all_and_reads_as_the_public_does() -> None:
    assert LOCAL.acts_for("org-1") and LOCAL.acts_for(None)
    assert not LOCAL.sees_private("org-1")
    assert all(LOCAL.may(permission) for permission in Permission)
