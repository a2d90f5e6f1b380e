"""Rows of the store as revisions to index."""

from services.matcher.matching.indexing import PassageHashes, ProfileVersion
from services.matcher.tables import DocumentRow
from shared.contracts.profiles import profile_adapter


def stored_version(row: DocumentRow) -> ProfileVersion:
    """A stored revision; its hashes tell how its texts were cut for the model that the follower embeds with."""
    return ProfileVersion(
        profile_id=row.profile_id,
        revision=row.revision,
        profile=profile_adapter.validate_json(row.profile_json),
        hashes=PassageHashes.unpacked(row.passage_hashes),
    )
