"""A measured figure, its goal, and the two ways results are written: a table for people, JSON for programs."""

import json
import platform
import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True)
class Figure:
    """One row of the results.

    `value` is what the goal speaks of (a ratio, a count, milliseconds: see `unit`), `most` the largest value that still
    reaches it (None: told without a goal), `versus` the peer or floor of the same run, in words.
    """

    group: str
    name: str
    value: float | None
    unit: str
    most: float | None = None
    versus: str = ""

    @property
    def verdict(self) -> str:
        """`reached`, `not reached`, `not measured`, or nothing without a goal."""
        if self.value is None:
            return "not measured"
        if self.most is None:
            return ""
        return "reached" if self.value <= self.most else "not reached"


def median(values: Sequence[float]) -> float:
    """The middle one."""
    return statistics.median(values)


def interleaved(rounds: int, **measures: Callable[[], float]) -> dict[str, list[float]]:
    """Take each measure once a round, so that whatever else the machine does hits all of them alike."""
    found: dict[str, list[float]] = {name: [] for name in measures}
    for _ in range(rounds):
        for name, measure in measures.items():
            found[name].append(measure())
    return found


def shown(value: float | None, unit: str) -> str:
    """A value as people read it: `1.08 ×`, `276 B`, `9.7 ms`."""
    if value is None:
        return "–"
    if unit == "×":
        return f"{value:.2f} ×"
    whole = f"{value:,.0f}" if value >= 100 or float(value).is_integer() else f"{value:.1f}"
    return f"{whole} {unit}".rstrip()


def markdown(figures: Iterable[Figure]) -> str:
    """The results as tables, one a group."""
    lines: list[str] = []
    group = ""
    for each in figures:
        if each.group != group:
            group = each.group
            lines += ["", f"**{group}**", "", "| measure | measured | goal | verdict | beside |"]
            lines += ["| --- | --- | --- | --- | --- |"]
        goal = f"≤ {shown(each.most, each.unit)}" if each.most is not None else ""
        verdict = f"**{each.verdict}**" if each.verdict.startswith("not") else each.verdict
        lines.append(f"| {each.name} | {shown(each.value, each.unit)} | {goal} | {verdict} | {each.versus} |")
    return "\n".join(lines).strip() + "\n"


def write(figures: Sequence[Figure], users: int, folder: Path = RESULTS) -> None:
    """Write `latest.json` and `latest.md`; groups that were not measured this time keep their last figures."""
    folder.mkdir(exist_ok=True)
    merged = [*_kept(folder / "latest.json", {each.group for each in figures}), *figures]
    order = ["start", "keys", "jobs", "server"]
    merged.sort(key=lambda each: order.index(each.group))
    machine = f"Python {platform.python_version()}, {platform.system()} {platform.machine()}"
    document = {
        "machine": machine,
        "most users": users,
        "figures": [{**asdict(each), "verdict": each.verdict} for each in merged],
    }
    (folder / "latest.json").write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    (folder / "latest.md").write_text(markdown(merged), encoding="utf-8")


def _kept(path: Path, measured: set[str]) -> list[Figure]:
    if not path.exists():
        return []
    known = json.loads(path.read_text(encoding="utf-8"))["figures"]
    fields = set(Figure.__dataclass_fields__)
    kept = [Figure(**{name: value for name, value in each.items() if name in fields}) for each in known]
    return [each for each in kept if each.group not in measured]
