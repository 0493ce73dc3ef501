"""Every piece of text in the modules that speak to people, taken from their source, to be held against a vocabulary.

A piece is a string that may be shown: no docstring, no annotation, no key of a subscript, no style sheet, no name of
the code itself, and more than one word or a capital letter. An f-string is one piece, with `{}` where a value stands.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

HOUSE = Path(__file__).parents[1]

SPEAKS = ("cli", "client", "contract", "screens", "server", "tui")
"""The folders whose modules say something to people."""

MUTE = ("server/store/", "server/seed/", "tui/terminal/")
"""Places whose strings are for databases, samples and terminals."""

SPEAKS_ALL_THE_SAME = ("tui/terminal/preflight.py", "tui/terminal/clipboard.py", "tui/terminal/safe_app.py")
"""Modules of those places that people hear from."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One text and where it stands, as `path:line`."""

    where: str
    text: str


def modules() -> Iterator[Path]:
    """The modules that speak, in order."""
    for folder in SPEAKS:
        for path in sorted((HOUSE / folder).rglob("*.py")):
            name = path.relative_to(HOUSE).as_posix()
            if name in SPEAKS_ALL_THE_SAME or not name.startswith(MUTE):
                yield path


@cache
def spoken() -> list[Piece]:
    """All of it, the pages' templates too."""
    said = [piece for path in modules() for piece in pieces_of(path)]
    return [*said, *(piece for path in templates() for piece in lines_of(path))]


def templates() -> list[Path]:
    """The pages' templates."""
    return sorted((HOUSE / "server/pages/templates").glob("*.html"))


def lines_of(path: Path) -> Iterator[Piece]:
    """What a template says, line by line, without its tags."""
    name = path.relative_to(HOUSE).as_posix()
    for number, line in enumerate(path.read_text().splitlines(), 1):
        text = re.sub(r"<[^>]*>", " ", line).strip()
        if text:
            yield Piece(f"{name}:{number}", text)


def pieces_of(path: Path) -> Iterator[Piece]:
    """What one module may say."""
    tree = ast.parse(path.read_text())
    name = path.relative_to(HOUSE).as_posix()
    for node in _strings(tree):
        text = _text(node)
        if _is_said(text):
            yield Piece(f"{name}:{node.lineno}", text)


def _strings(node: ast.AST) -> Iterator[ast.Constant | ast.JoinedStr]:
    """The strings below a node that may be said; an f-string counts as one, with those within it."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.JoinedStr) or (isinstance(child, ast.Constant) and isinstance(child.value, str)):
            yield child
        for part in _parts(child):
            yield from _strings(part)


def _parts(node: ast.AST) -> list[ast.AST]:
    """What to look into: not the docstring, the annotation or the key, nor what names things of the code."""
    inside: list[ast.AST] = [node]
    match node:
        case ast.Expr(value=ast.Constant()) | ast.Assign(targets=[ast.Name(id="__all__" | "DEFAULT_CSS" | "CSS")]):
            inside = []
        case ast.FunctionDef(body=body, decorator_list=marks) | ast.AsyncFunctionDef(body=body, decorator_list=marks):
            inside = [ast.Module(body, []), ast.Tuple([*node.args.defaults, *marks])]
        case ast.JoinedStr(values=values):
            inside = [ast.Expression(part.value) for part in values if isinstance(part, ast.FormattedValue)]
        case ast.AnnAssign(value=value):
            inside = [ast.Expression(value)] if value is not None else []
        case ast.Subscript(value=value):
            inside = [ast.Expression(value)]
        case ast.Call(func=ast.Name(id="cast" | "TypeVar" | "getattr" | "query_one"), args=args):
            inside = [ast.Tuple(args[1:])]
    return inside


def _text(node: ast.Constant | ast.JoinedStr) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)


def _is_said(text: str) -> bool:
    letters = [each for each in text if each.isalpha()]
    return len(letters) > 1 and (" " in text.strip() or text[:1].isupper()) and "__" not in text
