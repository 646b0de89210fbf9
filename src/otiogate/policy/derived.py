"""The closed set of facts that rules may ask for beside what a disclosure states, computed in this one place.

Each answers yes, no, or maybe where the disclosure says ``unsure``. What a tag does not state is no.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from typing import Any

from otiogate.evidence.disclosure import Disclosure
from otiogate.records.context import Context
from otiogate.timeline.media import fold


class Truth(IntEnum):
    """Three-valued logic of Kleene: ``min`` is and, ``max`` is or, ``2 - x`` is not."""

    NO = 0
    MAYBE = 1
    YES = 2


def truth(answer: bool) -> Truth:
    """A plain answer."""
    return Truth.YES if answer else Truth.NO


def _answer(text: Any) -> Truth:
    return {"yes": Truth.YES, "unsure": Truth.MAYBE}.get(str(text), Truth.NO)


_IDENTIFIABLE = ("identifiable_living", "identifiable_deceased", "minor", "public_figure")


def _likeness(disclosure: Disclosure, context: Context) -> Truth:
    if any(kind.startswith("replica.") for kind in disclosure.kinds):
        return Truth.YES
    identity = disclosure.data.get("identity")
    recognisable = max((_answer(each.get("recognisable")) for each in disclosure.subjects), default=Truth.NO)
    return max(truth(identity in _IDENTIFIABLE), Truth.MAYBE if identity == "unsure" else Truth.NO, recognisable)


UNANSWERED = "model.trained_on_performer"
"""The one question that has to be answered although nobody answered ``unsure``: of a model of another production."""


def _model_foreign(disclosure: Disclosure, context: Context) -> Truth:
    stated = disclosure.data.get("flags", {}).get(UNANSWERED)
    trained = _answer(stated)
    models = disclosure.data.get("models", ())
    named = [fold(str(each.get("production", ""))) for each in models]
    if stated is None and any(each != fold(context.production) for each in named):
        trained = Truth.MAYBE  # a model of another production, or of none that is known: its training has to be said
    if any(each.get("trained_on") for each in models):
        trained = Truth.YES  # whatever the flag says: the people are named
    home = bool(context.production) and bool(named) and set(named) == {fold(context.production)}
    return min(trained, truth(not home))


def _broken(disclosure: Disclosure, principle: str) -> Truth:
    """Whether the disclosure says that one of the studio's principles was not kept."""
    return {"no": Truth.YES, "unsure": Truth.MAYBE}.get(disclosure.principle(principle), Truth.NO)


_ENTERPRISE = ("studio_enterprise", "partner_enterprise")


def _tool_not_enterprise(disclosure: Disclosure, context: Context) -> Truth:
    tools = disclosure.data.get("tools")
    if tools is None:
        return Truth.NO
    unsecured = truth(not tools or any(tool["security_class"] not in _ENTERPRISE for tool in tools))
    return max(unsecured, _broken(disclosure, "enterprise_secured"))


def _terms_missing(disclosure: Disclosure, context: Context) -> Truth:
    tools = disclosure.data.get("tools")
    if tools is None:
        return Truth.NO
    return truth(
        not tools
        or any(not tool.get("terms") or "unsure" in (tool["trains"], tool["retains"]) for tool in tools)
        or disclosure.principle("no_training_or_retention") == "unsure"
    )


def _multi_tool(disclosure: Disclosure, context: Context) -> Truth:
    return truth(len(disclosure.data.get("tools", ())) > 1)


def _union_replaced(disclosure: Disclosure, context: Context) -> Truth:
    impact = disclosure.data.get("union_impact")
    stated = {"replaced": Truth.YES, "unsure": Truth.MAYBE}.get(str(impact), Truth.NO)
    return max(stated, _broken(disclosure, "no_talent_replaced"))


def _principles_all_yes(disclosure: Disclosure, context: Context) -> Truth:
    principles = disclosure.data.get("principles")
    return min((_answer(each) for each in principles.values()), default=Truth.NO) if principles else Truth.NO


def _translated(disclosure: Disclosure, context: Context) -> Truth:
    return truth(bool(disclosure.data.get("target_language")))


_WORKS_ON = ("replica.", "alter.", "extend.", "remove.", "reframe.", "relight", "enhance.")
"""Kinds that are made from something that was there before."""


def _of_inputs(disclosure: Disclosure, question: str) -> Truth:
    """Whether any input answers ``question`` with yes. Where nobody says no, that is no answer in favour: an input that
    leaves it open counts as yes, and so does an input that must have been there and is not listed."""
    if disclosure.origin == "tag":
        return Truth.NO  # a tag has no room for it: the disclosure is asked for
    inputs = disclosure.data.get("inputs", ())
    if not inputs:
        return truth(any(kind.startswith(_WORKS_ON) for kind in disclosure.kinds))
    return max(_answer(each.get(question, "yes")) for each in inputs)


def _source_forbids(disclosure: Disclosure, context: Context) -> Truth:
    return _of_inputs(disclosure, "forbids_ai")


def _mark_stripped(disclosure: Disclosure, context: Context) -> Truth:
    return _of_inputs(disclosure, "mark_stripped")


DERIVED: dict[str, Callable[[Disclosure, Context], Truth]] = {
    "likeness": _likeness,
    "model_foreign": _model_foreign,
    "tool_not_enterprise": _tool_not_enterprise,
    "terms_missing": _terms_missing,
    "multi_tool": _multi_tool,
    "union_replaced": _union_replaced,
    "principles_all_yes": _principles_all_yes,
    "translated": _translated,
    "source_forbids": _source_forbids,
    "mark_stripped": _mark_stripped,
}
