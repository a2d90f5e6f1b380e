"""What can be wrong with a change to an API key."""

from shared.kit.errors import Conflict, NotFound


class ApiKeyNotFound(NotFound):
    """No key has this id."""

    code = "api_key_not_found"

    def __init__(self) -> None:
        super().__init__("No API key has this id; list them with GET /v1/api-keys.")


class ApiKeyNotLive(Conflict):
    """A key that is revoked or expired cannot be rotated."""

    code = "api_key_not_live"

    def __init__(self) -> None:
        super().__init__("This API key is revoked or expired; make a new one with POST /v1/api-keys.")


class NoPepper(Conflict):
    """Keys without a pepper would be recognised by nobody."""

    code = "api_keys_not_configured"

    def __init__(self) -> None:
        super().__init__("This catalog takes no API keys; set LIAISON_CATALOG_API_KEY_PEPPER and start it again.")
