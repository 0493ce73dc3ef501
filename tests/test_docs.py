"""The documents say what is true."""

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

import pytest

from bench.documents import PARTS, filled
from bench.reference import command_list, key_table
from cli import exit_codes
from cli.arguments import parser
from tui.input.command_table import COMMANDS
from tui.input.keymap import read_keymap
from tui.runtime.settings import Settings, load

ROOT: Final = Path(__file__).parent.parent
README: Final = (ROOT / "README.md").read_text()
FOLDERS: Final = ("contract", "client", "tui", "screens", "cli", "server", "tests", "bench", "docs")


CONSIDERED: Final = frozenset({"contract/values/"})
"""What a decision names because it was decided against."""


@cache
def _files() -> frozenset[str]:
    """Every file of the repository, by its path."""
    found = [each for folder in FOLDERS for each in (ROOT / folder).rglob("*") if "__pycache__" not in each.parts]
    return frozenset(str(each.relative_to(ROOT)) for each in (*found, *ROOT.iterdir()) if each.is_file())


@cache
def _known() -> frozenset[str]:
    """Every file and folder, with and without a Python file's ending."""
    folders = {str(parent) for each in _files() for parent in Path(each).parents}
    return _files() | folders | {each.removesuffix(".py") for each in _files() if each.endswith(".py")}


DOCUMENTS: Final = sorted(each for each in _files() if each.endswith(".md"))


def test_the_example_equals_the_defaults(tmp_path: Path) -> None:
    """Copying config.example.toml changes nothing."""
    example = tmp_path / "config.toml"
    example.write_text((ROOT / "config.example.toml").read_text())
    assert load(example, environ={}) == Settings()


def test_the_example_shows_every_setting() -> None:
    """No setting is known only to those who read the code."""
    data = tomllib.loads((ROOT / "config.example.toml").read_text())
    assert set(data["screen"]) == set(Settings().screen.model_dump())


def test_what_the_example_only_mentions_can_be_used(tmp_path: Path) -> None:
    """The commented lines of the example are valid too, once their comment sign is taken away."""
    text = re.sub(r"(?m)^# (?=\[profiles|[a-z_]+ = |\"users)", "", (ROOT / "config.example.toml").read_text())
    path = tmp_path / "config.toml"
    path.write_text(text)
    path.chmod(0o600)
    settings = load(path, environ={})
    assert list(settings.profiles) == ["acme"]
    assert list(settings.keys) == ["users.remove"]
    assert not read_keymap(settings.keys).complaints


# What is made from the code.


@pytest.mark.parametrize("document", [each for each in DOCUMENTS if "<!-- made: " in (ROOT / each).read_text()])
def test_what_is_made_from_the_code_is_as_the_code_has_it(document: str) -> None:
    """Keys, commands and pictures of the imports are those of the code; `make docs` writes them anew."""
    text = (ROOT / document).read_text()
    assert filled(text) == text


def test_everything_that_can_be_made_stands_in_a_document() -> None:
    """No table is made for nobody."""
    text = "".join((ROOT / each).read_text() for each in DOCUMENTS)
    assert set(re.findall(r"<!-- made: ([^>]+) -->", text)) == set(PARTS)


def test_every_command_of_the_app_has_a_line_with_its_keys() -> None:
    """One line for each; a backslash is one."""
    table = key_table()
    assert table.count("\n") == len(COMMANDS) + 2
    assert "| Transfers | `a` | transfers.accept | Accept the marked requests. |" in table
    assert "| Every list | `\\` | table.mark_none | Unmark everything. |" in table


def test_every_command_of_the_command_line_is_listed() -> None:
    """Each with its usage and what it does, its server's commands too; one option as `--help` has it."""
    listed = command_list()
    for command in ("seats set N", "pay [EMAIL …]", "events [WORD …]", "profile leave", "server restore --from FILE"):
        assert f"\n`headcount {command}" in listed
    assert "\n- `--status active|not_paid|suspended|ended`: only those with this status\n" in listed
    assert "%(" not in listed
    assert parser().prog == "headcount"


def test_every_exit_code_is_explained() -> None:
    """A script finds each code it may get, and none that it may not."""
    names = ("DONE", "FAILED", "USAGE", "NOT_ALLOWED", "CONFLICT", "PAYMENT_REFUSED", "UNREACHABLE", "CANCELLED")
    shown = re.findall(r"(?m)^\| (\d+) \|", (ROOT / "docs" / "cli.md").read_text())
    assert sorted(exit_codes.__all__) == sorted([*names, "exit_code"])
    assert [int(each) for each in shown] == [getattr(exit_codes, name) for name in names]


# What is named.


def _paths(text: str) -> Iterator[str]:
    """What a document names as a path or module of the repository: in back quotes, from a top folder on."""
    folders = "|".join(FOLDERS)
    for quoted in re.findall(r"`([^`\n]+)`", text):
        yield from re.findall(rf"(?<![\w./-])(?:{folders})(?:[/.][\w-]+)+/?", quoted)


def _exists(named: str) -> bool:
    """Whether there is such a file, folder or module, or a module with such a name in it."""
    path = named.rstrip("/")
    if "/" in path:
        return path in _known()
    module, _, name = path.rpartition(".")
    place = module.replace(".", "/")
    if path.replace(".", "/") in _known():
        return True
    source = next((each for each in (f"{place}.py", f"{place}/__init__.py") if each in _files()), "")
    return bool(source) and re.search(rf"\b{name}\b", (ROOT / source).read_text()) is not None


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_path_and_module_in_a_document_exists(document: str) -> None:
    """Who follows a document to the code arrives: a file that was moved is moved in the documents too."""
    text = (ROOT / document).read_text()
    assert [named for named in _paths(text) if not _exists(named) and named not in CONSIDERED] == []


def test_every_path_and_module_in_a_docstring_or_comment_exists() -> None:
    """The same for what the code and its tests say about themselves in back quotes."""
    examples = {"client.users"}  # a method of somebody's client, in the docstring of `all_pages`
    lost = [
        (each, named)
        for each in sorted(_files() - {"tests/test_docs.py"})
        if each.endswith(".py")
        for named in _paths((ROOT / each).read_text())
        if not _exists(named) and named not in examples
    ]
    assert lost == []


def test_names_that_are_gone_are_found() -> None:
    """A moved module, a folder that is no more and a function that was renamed are no names."""
    text = "`tui/commands.py`, `screens/offer/`, `tui.input.commands.no_such_thing`, `tui.input.commands.bindings`"
    assert [_exists(named) for named in _paths(text)] == [False, False, False, True]


@pytest.mark.parametrize("document", [each for each in DOCUMENTS if "| module | name |" in (ROOT / each).read_text()])
def test_every_step_of_a_journey_is_in_the_code(document: str) -> None:
    """A table with the columns `module` and `name` names what is defined there."""
    text = (ROOT / document).read_text()
    steps = re.findall(r"(?m)^\| `([^`]+\.py)` \| ((?:`\w+`(?:, )?)+) \|", text)
    assert steps
    lost = [
        (module, name) for module, names in steps for name in re.findall(r"\w+", names) if not _defines(module, name)
    ]
    assert lost == []


def _defines(module: str, name: str) -> bool:
    """Whether a module has a function, a class, a method or a constant of this name."""
    definition = rf"(?m)^\s*(?:async )?(?:def|class) {name}\b|^{name}\b"
    return module in _files() and re.search(definition, (ROOT / module).read_text()) is not None


@cache
def _headings(document: Path) -> frozenset[str]:
    """What a link may point to in a document, as GitHub names headings."""
    found = re.findall(r"(?m)^#+ (.+)$", document.read_text())
    return frozenset(re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in found)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_link_leads_somewhere(document: str) -> None:
    """Files and headings that a document links to are there."""
    place = (ROOT / document).parent
    lost = []
    for link in re.findall(r"\]\(([^)\s]+)\)", (ROOT / document).read_text()):
        path, _, heading = link.partition("#")
        target = (place / path).resolve() if path else ROOT / document
        if "://" not in link and not (target.exists() and (not heading or heading in _headings(target))):
            lost.append(link)
    assert lost == []


@pytest.mark.parametrize(
    "document", [each for each in DOCUMENTS if re.search(r"\bmake [a-z]+\b", (ROOT / each).read_text())]
)
def test_every_make_target_in_a_document_exists(document: str) -> None:
    """Commands of the documents can be typed."""
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"(?m)(?:`|^)make ([a-z-]+)", (ROOT / document).read_text()))
    assert [each for each in sorted(targets) if not re.search(rf"(?m)^{each}:", makefile)] == []


def test_the_readme_is_short() -> None:
    """Who has a minute reads all of it: the tour, the two commands, where to read on."""
    assert len(README.splitlines()) <= 120


def test_every_document_is_found_from_the_index() -> None:
    """Nobody has to list a folder to find a page."""
    for folder in ("docs", "docs/decisions"):
        index = (ROOT / folder / "README.md").read_text()
        pages = [each for each in DOCUMENTS if str(Path(each).parent) == folder and not each.endswith("README.md")]
        assert [each for each in pages if f"]({Path(each).name})" not in index] == []
