"""What may be wrong with a question about recommendations."""

from shared.kit.errors import NotFound


class RecommendationNotFound(NotFound):
    """No recommendation has this id, or the caller may not know of it."""

    code = "recommendation_not_found"
