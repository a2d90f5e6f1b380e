"""Introductions: who may be introduced to whom, both sides' consent, contacts released, what came of it."""
