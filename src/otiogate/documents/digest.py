"""Digests of plain data: RFC 8785 canonical JSON under a domain, SHA-256."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Iterable
from typing import Any


def canonical(value: Any) -> bytes:
    """``value`` in RFC 8785 form, text in NFC.

    Our data holds no floats but whole ones, such as the 1.0 of another writer, and key order by UTF-16 code
    unit is asked for only where keys leave the Basic Multilingual Plane; the rest is refused rather than got
    wrong. Raises ``ValueError``.
    """
    text = json.dumps(_checked(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode("utf-8")


def _checked(value: Any) -> Any:
    if isinstance(value, str):
        return value if value.isascii() else unicodedata.normalize("NFC", value)
    if isinstance(value, dict):
        found = {}
        for key, item in value.items():
            if not isinstance(key, str):
                raise ValueError("a key that is not text")
            if not key.isascii():
                key = unicodedata.normalize("NFC", key)  # noqa: PLW2901 - what is written is what is checked
                if max(key) > "\uffff":
                    raise ValueError("a key outside the Basic Multilingual Plane")
            found[key] = _checked(item)
        if len(found) != len(value):
            raise ValueError("two keys that are one in NFC")
        return found
    if isinstance(value, (list, tuple)):
        return [_checked(item) for item in value]
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int):
        if abs(value) >= 2**53:
            raise ValueError(f"the integer {value} cannot be written exactly")
        return value
    raise ValueError(f"{type(value).__name__} has no canonical form")


def digest(domain: str, value: Any) -> str:
    """``sha256:<hex>`` over the domain line and the canonical form of ``value``."""
    return sha256(domain.encode("ascii") + b"\n" + canonical(value))


def sha256(data: bytes) -> str:
    """``sha256:<hex>`` of ``data``."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


def sha256_of(pieces: Iterable[bytes | memoryview]) -> str:
    """``sha256:<hex>`` of all ``pieces`` together."""
    found = hashlib.sha256()
    for each in pieces:
        found.update(each)
    return "sha256:" + found.hexdigest()
