"""Consents, clearances, approvals and the like: what they say, whether they cover a use, and the stores that hold
them."""
