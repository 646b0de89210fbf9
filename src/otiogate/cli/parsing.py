"""How a command line is read: what is wrong with one is said in one line, with what may have been meant."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from itertools import pairwise
from typing import Any, NoReturn

from otiogate.errors import UsageError


class Formatter(argparse.HelpFormatter):
    """Wraps a text of one line, and leaves one of several, such as a list of exit codes, as it stands."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        if "\n" not in text.strip():
            return super()._fill_text(text, width, indent)
        return "".join(indent + line for line in text.splitlines(keepends=True))


class Parser(argparse.ArgumentParser):
    """The parser of one command. What it cannot read raises ``UsageError``, which names the command, what may have been
    meant, and its help. An option that it does not know is its own matter: argparse would leave that to the parser
    above, which knows no option of the command. Options are never abbreviated: one that is unique today may mean
    another tomorrow."""

    def __init__(self, **options: Any) -> None:
        given: dict[str, Any] = {"formatter_class": Formatter, "allow_abbrev": False}
        super().__init__(**(given | options))
        self._given: list[str] = []

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """As of any parser, but that nothing is left over."""
        given = self._given = sys.argv[1:] if args is None else list(args)
        if self._subparsers is not None:  # else what stands behind the option is taken for the command
            self._refuse(given[:1])
        self._refuse_repeated(given)
        found, rest = super().parse_known_args(given, namespace)
        self._refuse_empty(found)
        if rest:
            self._refuse(rest)
            self.error(f"there is no place for {' '.join(rest)}")
        return found, rest

    def error(self, message: str) -> NoReturn:
        """Raises ``UsageError`` with ``message``, and with what an option took that can do without."""
        known, given = self._option_string_actions, self._given
        optional = [name for name, action in known.items() if action.nargs == argparse.OPTIONAL]
        took = [f"; {name} took {value}" for name, value in pairwise(given) if name in optional and value[:1] != "-"]
        self._fault(message + "".join(took))

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is not None and value not in action.choices:
            what = action.metavar if isinstance(action.metavar, str) else "/".join(action.option_strings)
            known = list(map(str, action.choices))
            self._fault(f"{what}: there is no {value!r}", known, _near(str(value), known))

    def _refuse_repeated(self, given: list[str]) -> None:
        """Refuses an option of one value that is given twice: argparse would take the last, in silence."""
        known, seen = self._option_string_actions, set()
        for each in given[: given.index("--")] if "--" in given else given:
            name = each.partition("=")[0] if each.startswith("--") else each[:2]
            action = known.get(name)
            if isinstance(action, argparse._StoreAction) and action in seen:
                self._fault(f"{name} is given twice, and takes one value")
            seen.add(action)

    def _refuse_empty(self, found: argparse.Namespace) -> None:
        """Refuses a place that holds nothing, which would mean the working folder, and so one of several values of an
        option, which would mean nobody knows what: a variable was not set."""
        for action in self._actions:
            if isinstance(action, argparse._AppendAction) or not action.option_strings:
                value = getattr(found, action.dest, None)
                if "" in (value if isinstance(value, list) else [value]):
                    what = action.option_strings[-1] if action.option_strings else action.metavar
                    self._fault(f"{what} is empty, as of a variable that is not set")

    def _refuse(self, rest: Iterable[str]) -> None:
        """Refuses the first of ``rest`` that looks like an option and is none of this command."""
        for each in rest:
            name = each.partition("=")[0]
            if name.startswith("-") and name.strip("-") and name not in self._option_string_actions:
                where = " before the command" if self._subparsers is not None else ""
                self._fault(f"there is no option {name}{where}", near=_near(name, self._option_string_actions))

    def _fault(self, what: str, known: Iterable[str] = (), near: Iterable[str] = ()) -> NoReturn:
        meant, listed = " or ".join(near), ", ".join(known)
        step = f"did you mean {meant}? " if meant else f"known: {listed}; " if listed else ""
        command = self.prog.partition(" ")[2]
        raise UsageError(what, where=command, next_step=f"{step}see '{self.prog} --help'")


def _near(name: str, known: Iterable[str]) -> list[str]:
    import difflib  # here, since every start would pay for it

    return difflib.get_close_matches(name, list(known), n=1)
