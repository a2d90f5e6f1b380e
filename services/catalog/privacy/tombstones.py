"""What is left of an erased profile: its id and its kind; pure."""

from services.catalog.profiles.rules import PreparedProfile, prepare
from shared.contracts.kinds import Kind
from shared.contracts.profiles import PROFILE_TYPES, profile_adapter
from shared.contracts.vocabularies import Language, Visibility
from shared.kit.erasure import ERASED


def tombstone(profile_id: str, kind: Kind) -> PreparedProfile:
    """A valid profile that says nothing, so that readers of every release can read it."""
    profile = PROFILE_TYPES[kind](
        source=ERASED,
        external_id=profile_id,
        title=ERASED,
        language=Language.ENGLISH,
        visibility=Visibility.HIDDEN,
    )
    return prepare(profile_adapter.validate_python(profile.model_dump()))
