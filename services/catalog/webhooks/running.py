"""Builds what sends webhooks from the settings, and runs it beside the application."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from services.catalog.settings import CatalogSettings
from services.catalog.webhooks.addresses import AddressPolicy
from services.catalog.webhooks.dispatcher import CountOutcomes, Dispatcher, DispatchLimits, NoDispatcher
from services.catalog.webhooks.guarded_network import GuardedBackend
from services.catalog.webhooks.retries import RetryPolicy
from services.catalog.webhooks.rules import UrlRules
from services.catalog.webhooks.sending import Sender
from services.catalog.webhooks.signing import SigningKey
from services.catalog.webhooks.sweep import sweeping
from shared.kit.database import Database


@contextmanager
def sending_webhooks(database: Database, settings: CatalogSettings, count: CountOutcomes) -> Iterator[None]:
    """Send and sweep while the block runs; sends nothing where there is no key, since then there is no endpoint."""
    key = signing_key_of(settings)
    sweeper = sweeping(
        database,
        gives_up_after=timedelta(hours=settings.webhook_give_up_hours),
        kept_for=timedelta(days=settings.webhook_retention_days),
        every_seconds=settings.sweep_seconds,
    )
    dispatcher: Dispatcher | NoDispatcher = (
        NoDispatcher() if key is None else dispatcher_of(database, settings, key, count)
    )
    sweeper.start()
    dispatcher.start()
    try:
        yield
    finally:
        dispatcher.stop()
        sweeper.stop()


def dispatcher_of(database: Database, settings: CatalogSettings, key: SigningKey, count: CountOutcomes) -> Dispatcher:
    """As the settings say; not started."""
    return Dispatcher(
        database,
        sender_of(settings),
        key,
        retry_policy_of(settings),
        DispatchLimits(
            at_once=settings.webhook_at_once,
            at_once_to_one=settings.webhook_at_once_to_one,
            attempt_seconds=settings.webhook_timeout_seconds,
            poll_seconds=settings.webhook_poll_seconds,
        ),
        count=count,
    )


def sender_of(settings: CatalogSettings) -> Sender:
    """As the settings say."""
    network = GuardedBackend(AddressPolicy(allowed=settings.webhook_allowed_networks))
    return Sender(network, timeout_seconds=settings.webhook_timeout_seconds)


def signing_key_of(settings: CatalogSettings) -> SigningKey | None:
    """The key of its own, or the pepper of API keys; what is made from either says what it is for."""
    secret = settings.webhook_secret_key or settings.api_key_pepper
    return None if secret is None else SigningKey(value=secret.get_secret_value().encode())


def retry_policy_of(settings: CatalogSettings) -> RetryPolicy:
    """As the settings say."""
    return RetryPolicy(
        first_wait=timedelta(seconds=settings.webhook_retry_seconds),
        longest_wait=timedelta(seconds=settings.webhook_longest_wait_seconds),
        most_attempts=settings.webhook_attempts,
        gives_up_after=timedelta(hours=settings.webhook_give_up_hours),
        longest_rest=timedelta(seconds=settings.webhook_rest_seconds),
    )


def url_rules_of(settings: CatalogSettings) -> UrlRules:
    """As the settings say."""
    addresses = AddressPolicy(allowed=settings.webhook_allowed_networks)
    return UrlRules(allow_http=settings.webhook_allow_http, addresses=addresses)
