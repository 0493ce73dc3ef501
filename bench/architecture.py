"""The pictures of docs/architecture.md, made from the code's own imports."""

import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Final, TypeAlias

import grimp

__all__ = ["contracts", "drawn", "folders", "rooms_of", "screens", "server"]

ROOT: Final = Path(__file__).parent.parent
FOLDERS: Final = ("contract", "client", "tui", "screens", "cli", "server")
_WHOLE: Final = ("contract", "client", "cli")
"""Folders that are one room each."""

Arrows: TypeAlias = Mapping[str, AbstractSet[str]]
"""From each room to those it imports."""

_SCREENS: Final = ("overview", "transfers", "codes", "members", "activity", "billing", "users", "imports", "purchase")
_SERVER: Final = ("process", "areas", "sheets", "http", "platform", "store", "settings", "domain")
"""Rooms from the top down: an arrow against this order is one that should be turned round."""


@cache
def _graph() -> grimp.ImportGraph:
    return grimp.build_graph(*FOLDERS, cache_dir=None)


def _arrows(room_of: Callable[[str], str | None]) -> Arrows:
    """Which rooms import which others. `room_of` names a module's room; None of a module that is left out."""
    graph = _graph()
    found: dict[str, set[str]] = defaultdict(set)
    for module in graph.modules:
        room = room_of(module)
        if room is None:
            continue
        others = {room_of(each) for each in graph.find_modules_directly_imported_by(module)}
        found[room] |= {each for each in others if each not in (None, room)}
    return found


def _first_two(module: str) -> str:
    return ".".join(module.split(".")[:2])


def folders() -> str:
    """The top folders, with the rooms of `tui`; `contract`, which everything imports, is left out."""

    def room_of(module: str) -> str | None:
        top, *rest = module.split(".")
        if top == "tui":
            return _first_two(module) if rest else None
        return None if top == "contract" else top

    return drawn(_arrows(room_of))


def screens() -> str:
    """The rooms of `screens`; `shared`, which every area imports, is left out."""

    def room_of(module: str) -> str | None:
        top, *rest = module.split(".")
        return rest[0] if top == "screens" and rest and rest[0] != "shared" else None

    return drawn(_arrows(room_of), _SCREENS)


def server() -> str:
    """The rooms of `server` in groups: what starts it, all areas of use cases, and what those stand on."""
    from server.app import AREAS

    groups = {
        **dict.fromkeys((*AREAS, "limits", "payments"), "areas"),
        **dict.fromkeys(("__main__", "app", "serving", "operations", "seed"), "process"),
        **dict.fromkeys(("catalogue", "settings"), "settings"),
    }

    def room_of(module: str) -> str | None:
        top, *rest = module.split(".")
        return groups.get(rest[0], rest[0]) if top == "server" and rest else None

    return drawn(_arrows(room_of), _SERVER)


def contracts() -> str:
    """What `lint-imports` holds, a line each; of layers also which they are, the upper ones first."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    lines = []
    for each in settings["contracts"]:
        layers = " → ".join(layer.replace(" | ", " and ").replace(" : ", " and ") for layer in each.get("layers", ()))
        lines.append(f"- {each['name']}." + (f" `{layers}`" if layers else ""))
    return "\n".join(lines) + "\n"


def rooms_of(*tops: str) -> str:
    """A table: every room of some folders, what it is for (its docstring says so), and what it imports."""

    def room_of(module: str) -> str | None:
        top = module.partition(".")[0]
        return top if top in _WHOLE or module == top else _first_two(module)

    arrows = _arrows(room_of)
    rows = ["| room | what it is for | imports |", "| --- | --- | --- |"]
    for room in sorted(room for room in arrows if room.partition(".")[0] in tops and ("." in room or room in _WHOLE)):
        top = room.partition(".")[0]
        near = sorted(each.partition(".")[2] for each in arrows[room] if each.startswith(f"{top}."))
        far = sorted(_short(each for each in arrows[room] if each.partition(".")[0] != top))
        rows.append(f"| `{_address(room)}` | {_purpose(room)} | {', '.join((*near, *far))} |")
    return "\n".join(rows) + "\n"


def _short(rooms: Iterable[str]) -> set[str]:
    """Rooms elsewhere by their folder alone; the app is named, since one arrow to it is more than one to `tui`."""
    return {room if room == "tui.app" else room.partition(".")[0] for room in rooms}


def _address(room: str) -> str:
    path = room.replace(".", "/")
    return f"{path}/" if (ROOT / path).is_dir() else f"{path}.py"


def _purpose(room: str) -> str:
    """The first sentence of a room's docstring."""
    said = (import_module(room).__doc__ or "").strip().splitlines()[0]
    return said.replace("|", "\\|")


def drawn(arrows: Arrows, order: Sequence[str] = ()) -> str:
    """As a Mermaid diagram. Arrows that run back up the `order` are dotted; what follows from others is left out."""
    at = {room: number for number, room in enumerate(order)}
    down = {room: {other for other in arrows[room] if at.get(room, 0) <= at.get(other, len(at))} for room in arrows}
    reach = {room: _reached(down, room) for room in arrows}
    lines = ["```mermaid", "graph TD"]
    lines += [f'    {_id(room)}["{room}"]' for room in sorted(arrows, key=lambda room: (at.get(room, len(at)), room))]
    for room in sorted(arrows):
        shown = {
            other for other in down[room] if not any(other in reach.get(each, ()) for each in down[room] - {other})
        }
        lines += [f"    {_id(room)} --> {_id(other)}" for other in sorted(shown)]
        lines += [f"    {_id(room)} -.-> {_id(other)}" for other in sorted(arrows[room] - down[room])]
    return "\n".join([*lines, "```"]) + "\n"


def _reached(arrows: Arrows, start: str) -> AbstractSet[str]:
    found: set[str] = set()
    waiting = [start]
    while waiting:
        new = arrows.get(waiting.pop(), frozenset()) - found
        found |= new
        waiting += new
    return found


def _id(room: str) -> str:
    return room.replace(".", "_").strip("_")
