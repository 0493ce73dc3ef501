"""A parser of command lines that says in our own words what is wrong, and which word was nearly right."""

import argparse
import re
import sys
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

__all__ = ["Parser", "in_words"]

_USAGE = 2
_LONGEST = 60
_COMMAND = "COMMAND"
_ONE = re.compile(r"argument (?P<name>[^:]+): (?P<why>.*)", re.DOTALL)
_CHOICE = re.compile(
    r"(?:invalid choice: |unknown parser )(?P<typed>.*?) \((?:choose from|choices:) (?P<known>.*)\)", re.DOTALL
)
_KINDS = {"int": "Write a whole number", "float": "Write a number", "Path": "Write a path"}


class Parser(argparse.ArgumentParser):
    """As argparse's, with its refusals in our words. Usage first, then the sentence; exit code 2."""

    def error(self, message: str) -> NoReturn:
        """End with what is wrong."""
        self.print_usage(sys.stderr)
        self.exit(_USAGE, f"{self.prog}: {in_words(message, self._option_string_actions)}\n")

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """As argparse's, but the command that was given a word it doesn't know says so, not the one above it."""
        found, unknown = super().parse_known_args(args, namespace)
        if unknown:
            self.error(f"unrecognized arguments: {' '.join(unknown)}")
        return found, unknown


def in_words(message: str, options: Sequence[str] | dict[str, Any] = ()) -> str:
    """A refusal of argparse as a sentence; `options` are those there are, for one that was nearly right."""
    for pattern, say in _REFUSALS:
        if found := re.fullmatch(pattern, message, re.DOTALL):
            return say(found, options)
    if found := _ONE.fullmatch(message):
        said = _sentence(_about_one(found["name"], found["why"], options))
        return said if found["name"] == _COMMAND else f"{_name(found['name'])}: {said}"
    return _sentence(message)


def _about_one(name: str, why: str, options: Sequence[str] | dict[str, Any]) -> str:
    """What is wrong with one argument."""
    for pattern, say in _OF_ONE:
        if found := re.fullmatch(pattern, why, re.DOTALL):
            return say(found, options)
    if found := _CHOICE.fullmatch(why):
        return _choice(name, found)
    return why


def _choice(name: str, found: re.Match[str]) -> str:
    from contract.field_words import suggested

    typed, known = found["typed"].strip("'\""), [each.strip("'\"") for each in found["known"].split(", ")]
    if name == _COMMAND:
        return f"There is no command {_shown(typed)}.{suggested(typed, known)}"
    listed = " or ".join(filter(None, (", ".join(known[:-1]), *known[-1:])))
    return f"Use {listed}.{suggested(typed, known)}"


def _unknown(found: re.Match[str], options: Sequence[str] | dict[str, Any]) -> str:
    from contract.field_words import nearest

    first = found[1].split(" ")[0]
    if not first.startswith("-"):
        return f"{_shown(first)} is one word too many here."
    option = first.partition("=")[0]
    near = nearest(option.lstrip("-"), [each.lstrip("-") for each in options if each.startswith("--")])
    return f"There is no option {_shown(option)} here.{f' Did you mean --{near}?' if near else ''}"


def _ambiguous(found: re.Match[str], _: object) -> str:
    return f"{_shown(found[1])} is short for more than one: {' or '.join(found[2].split(', '))}."


_Say = Callable[[re.Match[str], Any], str]
_REFUSALS: tuple[tuple[str, _Say], ...] = (
    (r"the following arguments are required: (.*)", lambda found, _: f"This is missing: {_name(found[1])}."),
    (r"unrecognized arguments: (.*)", _unknown),
    (r"argument ([^:]+): not allowed with argument (.+)", lambda found, _: _either(found[1], found[2])),
    (r"one of the arguments (.*) is required", lambda found, _: f"Use one of {', '.join(found[1].split(' '))}."),
    (r"(?:argument [^:]+: )?ambiguous option: (\S+) could match (.*)", _ambiguous),
)
_OF_ONE: tuple[tuple[str, _Say], ...] = (
    (r"invalid (\w+) value: (.*)", lambda found, _: _KINDS.get(found[1], f"{found[2][:_LONGEST]} can't be used here")),
    (r"expected (?:one argument|at least one argument|at most one argument|\d+ arguments?)", lambda *_: "Say a value"),
    (r"ignored explicit argument (.*)", lambda *_: "This option takes no value"),
)


def _either(one: str, other: str) -> str:
    return f"Use either {_name(one)} or {_name(other)}, not both."


def _name(written: str) -> str:
    """An option by its long name: `-o/--output` is `--output`."""
    return ", ".join(each.split("/")[-1] for each in written.split(", "))


def _shown(typed: str) -> str:
    """What was typed, harmless on a terminal and not too long."""
    return (typed if typed.isprintable() else ascii(typed))[:_LONGEST]


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith(('.', '?', '!', '…')) else '.'}"
