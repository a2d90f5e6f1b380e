"""Webhooks: endpoints of organisations, the queue of what they are to hear, and the dispatcher that sends it."""
