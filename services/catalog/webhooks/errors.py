"""What can be wrong with a change to webhooks."""

from shared.contracts.problems import FieldProblem
from shared.kit.errors import Conflict, Forbidden, InvalidRequest, NotFound


class WebhookNotFound(NotFound):
    """No endpoint has this id, or it is another organisation's."""

    code = "webhook_not_found"

    def __init__(self) -> None:
        super().__init__("No webhook of yours has this id; list them with GET /v1/webhooks.")


class WebhookDeliveryNotFound(NotFound):
    """No delivery has this id, or it is another organisation's, or was swept."""

    code = "webhook_delivery_not_found"

    def __init__(self) -> None:
        super().__init__("No delivery to a webhook of yours has this id; list them with its webhook's deliveries.")


class FaultyWebhook(InvalidRequest):
    """A field says something that cannot be done."""

    code = "faulty_webhook"

    def __init__(self, field: str, message: str, fix: str) -> None:
        super().__init__(f"{field}: {message}. {fix}", errors=(FieldProblem(field=field, message=message, fix=fix),))


class NotYourWebhooks(Forbidden):
    """Only an organisation itself, and the platform's staff, say where its events go."""

    code = "not_your_webhooks"

    def __init__(self) -> None:
        super().__init__("You speak for no organisation, or for another one; ask with a key of this organisation.")


class TooManyWebhooks(Conflict):
    """Each event is sent to each endpoint: nobody needs so many."""

    code = "too_many_webhooks"

    def __init__(self, most: int) -> None:
        super().__init__(f"There are {most} webhooks already, which is the most; delete one that is not used.")


class WebhookIsPaused(Conflict):
    """Nothing is sent to it now."""

    code = "webhook_paused"

    def __init__(self) -> None:
        super().__init__("This webhook is paused; resume it first.")


class SecretLost(Conflict):
    """The catalog's key was changed, and with it every signing secret."""

    code = "webhook_secret_lost"

    def __init__(self) -> None:
        super().__init__("The catalog's key was changed since this webhook's secret was made; rotate it first.")


class WebhooksNotConfigured(Conflict):
    """Without a key nothing can be signed."""

    code = "webhooks_not_configured"

    def __init__(self) -> None:
        super().__init__(
            "This catalog signs nothing, so it sends nothing; set LIAISON_CATALOG_WEBHOOK_SECRET_KEY to at least "
            "32 random characters (or LIAISON_CATALOG_API_KEY_PEPPER) and start it again."
        )
