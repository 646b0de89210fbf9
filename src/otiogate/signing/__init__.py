"""Signatures: statements in envelopes, and the keys that sign them. The only room that imports securesystemslib."""
