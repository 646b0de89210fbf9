"""Whether a record's scope holds what is being delivered: a subset, on every axis at once; excludes beat includes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from otiogate.evidence.disclosure import Disclosure
from otiogate.records.context import Context
from otiogate.timeline.media import fold

EU = frozenset(
    [
        "AT",
        "BE",
        "BG",
        "HR",
        "CY",
        "CZ",
        "DK",
        "EE",
        "FI",
        "FR",
        "DE",
        "GR",
        "HU",
        "IE",
        "IT",
        "LV",
        "LT",
        "LU",
        "MT",
        "NL",
        "PL",
        "PT",
        "RO",
        "SK",
        "SI",
        "ES",
        "SE",
    ]
)

AXES: dict[str, tuple[str, ...]] = {
    "consent": (
        "season",
        "episodes",
        "scenes",
        "characters",
        "media",
        "deliverables",
        "territories",
        "languages",
        "models",
    ),
    "clearance": ("episodes", "media", "deliverables", "territories", "languages"),
    "decision": ("episodes", "cuts", "deliverables", "territories"),
}
"""The axes that each family of records is limited on, beside the production."""


def outside(family: str, scope: Mapping[str, Any], disclosure: Disclosure, context: Context) -> Iterator[str]:
    """Sentences about each axis on which ``scope`` does not hold the delivery; none where it does."""
    other = list(other_production(str(scope.get("production")), context))
    yield from other
    if other:
        return  # of another production nothing else matters
    excludes = scope.get("excludes", {})
    open_axes = [axis for axis in AXES[family] if scope.get(axis) is None]
    if open_axes:
        yield f"its scope does not state {', '.join(open_axes)}; write the list, or 'any'"
    for axis in AXES[family]:
        values, key = _values(axis, disclosure, context)
        fault = "" if axis in open_axes else _axis(axis, scope[axis], excludes.get(axis, []), values, key)
        if fault:
            yield fault


def other_production(wanted: str, context: Context) -> Iterator[str]:
    """Why a record for the production ``wanted`` does not count here; nothing where it does."""
    if not context.production:
        yield f"is for the production {wanted}, but 'production' is not set in the configuration"
    elif fold(wanted) != fold(context.production):
        yield f"is for the production {wanted}, not {context.production}"


def _values(axis: str, disclosure: Disclosure, context: Context) -> tuple[tuple[str, ...], str]:
    """(what is delivered on ``axis``, where it is to be stated)."""
    delivered, key = _DELIVERED[axis]
    return tuple(filter(None, delivered(disclosure, context))), key


def _languages(disclosure: Disclosure, context: Context) -> tuple[str, ...]:
    """The languages of the delivery, and the one that it was dubbed into."""
    dubbed = disclosure.data.get("target_language")
    if not dubbed or not context.languages or dubbed in context.languages:
        return context.languages
    return (*context.languages, str(dubbed))


_DELIVERED: dict[str, tuple[Callable[[Disclosure, Context], Iterable[str]], str]] = {
    "season": (lambda _, context: (context.season,), "season"),
    "episodes": (lambda _, context: (context.episode,), "episode"),
    "cuts": (lambda _, context: (context.cut,), "cut"),
    "deliverables": (lambda _, context: (context.deliverable_type,), "deliverable.type"),
    "media": (lambda _, context: (context.medium,), "deliverable.medium"),
    "territories": (lambda _, context: context.territories, "deliverable.territories"),
    "languages": (_languages, "deliverable.languages"),
    "scenes": (lambda disclosure, _: disclosure.data.get("scenes", ()), ""),
    "characters": (lambda disclosure, _: disclosure.data.get("characters", ()), ""),
    "models": (lambda disclosure, _: (str(each["id"]) for each in disclosure.data.get("models", ())), ""),
}


def _axis(axis: str, allowed: Any, excluded: list[str], values: tuple[str, ...], key: str) -> str:
    listed = "any" if allowed == "any" else [allowed] if isinstance(allowed, str) else list(allowed)
    if not values:
        if (listed == "any" or "worldwide" in listed) and not excluded:
            return ""
        limit = f"not {', '.join(excluded)}" if listed == "any" else ", ".join(listed)
        return _unknown(axis, limit, key)
    hold = {"territories": _territory_in, "languages": _language_in}.get(axis, _text_in)
    meets = {"territories": territories_meet, "languages": _languages_meet}.get(axis, _text_in)
    beyond = [each for each in values if listed != "any" and not hold(each, listed)]
    if beyond:
        return f"its {axis} ({', '.join(listed)}) do not include {', '.join(beyond)}"
    cut = [each for each in values if excluded and meets(each, excluded)]
    return f"its {axis} exclude {', '.join(cut)}" if cut else ""


def _unknown(axis: str, limit: str, key: str) -> str:
    if key:
        return f"is limited to {axis} {limit}, but '{key}' is not set in the configuration"
    return f"is limited to {axis} {limit}, but the disclosure states no {axis}"


def _text_in(value: str, listed: Iterable[str]) -> bool:
    return fold(value) in {fold(each) for each in listed}


def _territories(code: str) -> frozenset[str]:
    upper = code.upper()
    return EU if upper == "EU" else frozenset({upper})


def _territory_in(value: str, listed: Iterable[str]) -> bool:
    """Whether all of ``value`` lies in the listed territories; US holds US-NY."""
    known = {each for code in listed for each in _territories(code)}
    if "WORLDWIDE" in known:
        return True
    return all(each in known or each.split("-")[0] in known for each in _territories(value))


def territories_meet(value: str, listed: Iterable[str]) -> bool:
    """Whether any part of ``value`` lies in the listed territories."""
    known = {each for code in listed for each in _territories(code)}
    if value.upper() == "WORLDWIDE" or "WORLDWIDE" in known:
        return True
    return any(
        one == two or one.startswith(f"{two}-") or two.startswith(f"{one}-")
        for one in _territories(value)
        for two in known
    )


def delivered_of(listed: Iterable[str], delivered: Iterable[str]) -> tuple[str, ...]:
    """What of the ``listed`` territories is delivered to; all of it where nobody knows where the delivery goes."""
    wanted, goes_to = tuple(listed), tuple(delivered)
    if not goes_to:
        return wanted
    found: dict[str, None] = {}
    for one in wanted:
        for each in goes_to:
            if territories_meet(each, [one]):
                found[each if _territory_in(each, [one]) else one] = None
    return tuple(found)


def beyond(territories: Iterable[str], listed: Iterable[str]) -> tuple[str, ...]:
    """Those of ``territories`` that do not lie in the ``listed`` ones."""
    known = tuple(listed)
    return tuple(each for each in territories if not _territory_in(each, known))


def languages_beyond(languages: Iterable[str], listed: Iterable[str]) -> tuple[str, ...]:
    """Those of ``languages`` that the ``listed`` ones do not hold."""
    known = tuple(listed)
    return tuple(each for each in languages if not _language_in(each, known))


def _language_in(value: str, listed: Iterable[str]) -> bool:
    """Basic filtering of RFC 4647: ``en`` holds ``en-GB``."""
    lowered = value.lower()
    return any(lowered == each.lower() or lowered.startswith(f"{each.lower()}-") for each in listed)


def _languages_meet(value: str, listed: Iterable[str]) -> bool:
    return any(_language_in(value, [each]) or _language_in(each, [value]) for each in listed)
