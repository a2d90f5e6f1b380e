"""The outbox that joins every change's transaction, and the feed read from it."""
