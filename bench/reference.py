"""The tables of docs/keys.md, docs/cli.md and docs/errors.md, made from commands, parsers, and what helps on errors."""

import argparse
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from cli.arguments import parser
from contract.problems import PROBLEMS
from server.__main__ import _parser as server_parser
from tui.input.areas import TITLES
from tui.input.command_table import COMMANDS, OFF
from tui.input.commands import key_names
from tui.presentation.remedies import REMEDIES

__all__ = ["command_list", "key_table", "problem_table", "usage"]

_COMMON: Final = 4
"""An option that more commands than this share is described once, above all of them."""
_ON_ALL: Final = frozenset({"--profile", "--demo"})
"""Options that no usage line repeats."""


def key_table() -> str:
    """All keys as they are without settings of one's own, by where they work."""
    titles = {**TITLES, "table": "Every list", "app": "Everywhere", "dialog": "In a dialog"}
    rows = ["| where | keys | command | does |", "| --- | --- | --- | --- |"]
    for scope, title in titles.items():
        for command in COMMANDS:
            if command.scope == scope or (scope == "table" and command.scope == "list"):
                keys = [f"`{key_names([key])}`" for key in command.keys.split(",") if key != OFF]
                rows.append(f"| {title} | {' '.join(keys) or 'by name'} | {command.id} | {command.help} |")
    return "\n".join(rows) + "\n"


def problem_table() -> str:
    """Every problem that a server may answer: what it means, what helps in the app and in a command, the exit code."""
    rows = [
        "| code | status | means | in the app | on the command line | exit code |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for code, (screen, command, exit_code) in REMEDIES.items():
        same = "the same" if command == screen else command
        kind = PROBLEMS[code]
        rows.append(f"| `{code.value}` | {kind.status} | {kind.title} | {screen} | {same} | {exit_code} |")
    return "\n".join(rows) + "\n"


def command_list() -> str:
    """Every command with its usage, what it does, and its own arguments and options."""
    top = parser()
    commands = [*_leaves(top, ""), *_leaves(server_parser(), "")]
    shared = Counter(_said(action) for command, _ in commands for action in _options(command))
    common = {said for said, number in shared.items() if number > _COMMON}
    of_the_app = [_said(action) for action in _options(top)]
    lines = [
        "Many commands have these:",
        "",
        *sorted(common),
        "",
        "The app (`headcount`, `headcount demo`) has these:",
        "",
    ]
    lines += of_the_app
    noun = ""
    for command, what in commands:
        heading = " ".join(command.prog.split()[:2])
        if heading != noun:
            lines += ["", f"### {heading}"]
            noun = heading
        lines += ["", f"`{usage(command)}`", "", _sentence(what)]
        own = [_said(action) for action in _arguments(command) if action.help]
        own += [said for action in _options(command) if (said := _said(action)) not in {*common, *of_the_app}]
        lines += ["", *own] if own else []
    return "\n".join(lines) + "\n"


def _leaves(command: argparse.ArgumentParser, what: str) -> Iterator[tuple[argparse.ArgumentParser, str]]:
    """The commands under one that do something, each with what it does."""
    for action in _actions(command):
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001 - it has no other name
            does = {each.dest: each.help or "" for each in action._choices_actions}  # noqa: SLF001 - as above
            for name, below in action.choices.items():
                if not (command.prog == "headcount" and name == "server"):
                    yield from _leaves(below, does[name])
            return
    yield command, what


def _actions(command: argparse.ArgumentParser) -> Sequence[argparse.Action]:
    return command._actions  # noqa: SLF001 - argparse has no other way to ask


def _options(command: argparse.ArgumentParser) -> list[argparse.Action]:
    found = [action for action in _actions(command) if action.option_strings]
    return [action for action in found if not {"--help", "--version"} & set(action.option_strings)]


def _arguments(command: argparse.ArgumentParser) -> list[argparse.Action]:
    return [action for action in _actions(command) if not action.option_strings]


def _value(action: argparse.Action) -> str:
    if action.nargs == 0:
        return ""
    if action.metavar:
        return str(action.metavar)
    return "|".join(map(str, action.choices)) if action.choices else action.dest.upper()


def _said(action: argparse.Action) -> str:
    """An argument or option as an item of a list, with what it means."""
    name = " ".join(filter(None, (*action.option_strings[-1:], _value(action))))
    usual = f"default {action.default}" if isinstance(action.default, str | int) and action.nargs != 0 else ""
    meaning = (action.help or (usual if action.default != argparse.SUPPRESS else "")) % vars(action)
    return f"- `{name}`: {meaning}" if meaning else f"- `{name}`"


def _sentence(what: str) -> str:
    return f"{what[:1].upper()}{what[1:]}."


def usage(command: argparse.ArgumentParser) -> str:
    """A command with its arguments and options, in one line."""
    words = [command.prog, *(_argument_usage(action) for action in _arguments(command))]
    groups = {
        id(action): group
        for group in command._mutually_exclusive_groups  # noqa: SLF001 - as above
        for action in group._group_actions  # noqa: SLF001 - as above
    }
    told: set[int] = set()
    for action in _options(command):
        group = groups.get(id(action))
        if _ON_ALL & set(action.option_strings) or id(group or action) in told:
            continue
        told.add(id(group or action))
        members = group._group_actions if group else [action]  # noqa: SLF001 - as above
        said = " | ".join(filter(None, (f"{each.option_strings[-1]} {_value(each)}".strip() for each in members)))
        required = group.required if group else action.required
        words.append(f"({said})" if required and group else said if required else f"[{said}]")
    return " ".join(words)


def _argument_usage(action: argparse.Action) -> str:
    value = _value(action)
    return {"*": f"[{value} …]", "+": f"{value} …", "?": f"[{value}]"}.get(str(action.nargs), value)
