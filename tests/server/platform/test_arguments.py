"""What is said about a command line that can't be used."""

import argparse
import ast
import inspect
import re
from collections.abc import Iterator

import pytest

from cli.arguments import parser
from server.__main__ import _parser as server_parser
from server.platform.arguments import in_words

THEIRS = re.compile(r"invalid|choose from|unrecognized|expected|following arguments|allowed with argument|ambiguous")


def said(words: str, capsys: pytest.CaptureFixture[str]) -> str:
    """The last line about these words; its exit code is 2."""
    top = server_parser() if words.startswith("server ") else parser()
    with pytest.raises(SystemExit) as caught:
        top.parse_args(words.removeprefix("server ").split())
    assert caught.value.code == 2
    return capsys.readouterr().err.splitlines()[-1]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("frobnicate", "headcount: There is no command frobnicate."),
        ("user list", "headcount: There is no command user. Did you mean users?"),
        ("users lst", "headcount users: There is no command lst. Did you mean list?"),
        ("users", "headcount users: This is missing: COMMAND."),
        ("users list --limt 3", "headcount users list: There is no option --limt here. Did you mean --limit?"),
        ("users list --limt=3", "headcount users list: There is no option --limt here. Did you mean --limit?"),
        ("users list now", "headcount users list: now is one word too many here."),
        ("users list --limit", "headcount users list: --limit: Say a value."),
        (
            "users list --limit many",
            "headcount users list: --limit: Give this as a whole number from 1 to 1,000,000, not 'many'.",
        ),
        ("users list --all=3", "headcount users list: --all: This option takes no value."),
        ("users list --all --limit 3", "headcount users list: Use either --limit or --all, not both."),
        (
            "users list --status not_payd",
            "headcount users list: --status: Use active, not_paid, suspended or ended. Did you mean not_paid?",
        ),
        ("seats set", "headcount seats set: This is missing: N."),
        ("seats set 3 --yes --dry-run", "headcount seats set: Use either --dry-run or --yes, not both."),
        ("events --since soon", "headcount events: --since: Write a day such as 2026-12-31."),
        ("webhooks replay whk_1", "headcount webhooks replay: Use one of --event, --since, --failed."),
        ("webhooks add", "headcount webhooks add: This is missing: URL."),
        ("server run --port x", "headcount server run: --port: Write a whole number."),
        ("server run --now soon", "headcount server run: --now: Write a moment such as 2026-12-31T09:00Z."),
        ("server verfy", "headcount server: There is no command verfy. Did you mean verify?"),
        ("server init", "headcount server init: This is missing: --organisation, --owner."),
        ("users export --out", "headcount users export: --output: Say a value."),
        ("login --token", "headcount login: --token is short for more than one: --token-env or --token-command or"),
    ],
)
def test_a_mistake_is_said_with_what_was_meant(words: str, says: str, capsys: pytest.CaptureFixture[str]) -> None:
    """By the command it was made in, with what to write, and exit code 2."""
    line = said(words, capsys)
    assert line.startswith(says)
    assert not THEIRS.search(line.partition(": ")[2])


def refusals() -> Iterator[str]:
    """Every sentence of argparse about what somebody typed, with its blanks filled."""
    filling = {"type": "int", "value": "'x'", "choices": "'a', 'b'", "parser_name": "'x'", "option": "--x"}
    filling |= {"matches": "--xa, --xb", "argument_name": "--x", "message": "expected one argument"}
    for node in ast.walk(ast.parse(inspect.getsource(argparse))):
        if not (isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"_", "ngettext"}):
            continue
        for each in node.args[:2]:
            if not (isinstance(each, ast.Constant) and isinstance(each.value, str)):
                continue
            text = each.value
            if re.match(
                r"(?:unexpected|invalid option|'required'|dest=|cannot|conflicting|unknown parser class)", text
            ):
                continue
            if re.match(r"(?:invalid|expected|not allowed|ignored|unknown parser|ambiguous|one of|.*required)", text):
                named = re.sub(r"%\((\w+)\)[sr]", lambda found: filling.get(found[1], "x"), text)
                yield named.replace("%s", "--x").replace("%d", "2").replace("%r", "'x'")


def test_every_refusal_of_the_library_has_our_words() -> None:
    """Whatever the library of this Python may say about what was typed."""
    found = set(refusals())
    assert len(found) >= 10
    whole = ("one of", "the following", "unrecognized", "ambiguous")
    for each in found:
        ours = in_words(each if each.startswith(whole) else f"argument --x: {each}", ["--x"])
        assert not THEIRS.search(ours), each
        assert ours.endswith((".", "?"))
