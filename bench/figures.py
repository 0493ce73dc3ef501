"""A measured figure, its goal, and the two ways results are written: a table for people, JSON for programs."""

import json
import os
import platform
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

RESULTS = Path(__file__).parent / "results"
DOCUMENT = Path(__file__).parents[1] / "docs" / "performance.md"
_START, _END = "<!-- python -m bench writes from here -->\n", "<!-- to here -->"
_BARS = "▁▂▃▄▅▆▇█"


@dataclass(frozen=True)
class Figure:
    """One row of the results.

    `value` is what the goal speaks of (a ratio, a count, milliseconds: see `unit`), `most` the largest value that still
    reaches it (None: told without a goal), `versus` the peer or floor of the same run, in words. `growth` maps
    numbers of users to milliseconds.
    """

    group: str
    name: str
    value: float | None
    unit: str
    most: float | None = None
    versus: str = ""
    growth: dict[str, float] = field(default_factory=dict)

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


def growth(figures: Iterable[Figure]) -> str:
    """The figures that were taken at several numbers of users, as one table with a line to look at."""
    grown = [each for each in figures if each.growth]
    if not grown:
        return ""
    sizes = list(grown[0].growth)
    lines = ["**Growth**, milliseconds at so many users", "", f"| call | {' | '.join(sizes)} | |"]
    lines.append(f"| --- |{' ---: |' * len(sizes)} --- |")
    for each in grown:
        times = [each.growth[size] for size in sizes]
        name = each.name.partition(", 1")[0].partition(", to a scan")[0]
        lines.append(f"| {name} | {' | '.join(f'{time:.1f}' for time in times)} | {_curve(times)} |")
    return "\n".join(lines) + "\n"


def _curve(times: Sequence[float]) -> str:
    """Bars next to each other; one as high as the first means flat."""
    return "".join(_BARS[min(len(_BARS) - 1, max(0, round(time / times[0] * 2) - 1))] for time in times)


def write(figures: Sequence[Figure], users: int, folder: Path = RESULTS) -> None:
    """Write `latest.json` and `latest.md`; groups that were not measured this time keep their last figures.

    The results that belong to the repository go into `docs/performance.md` too.
    """
    folder.mkdir(exist_ok=True)
    merged = [*_kept(folder / "latest.json", {each.group for each in figures}), *figures]
    order = ["start", "keys", "jobs", "selections", "server", "entitlements", "exports", "imports", "bounds"]
    merged.sort(key=lambda each: order.index(each.group))
    machine = f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}"
    document = {
        "machine": machine,
        "most users": users,
        "figures": [{**asdict(each), "verdict": each.verdict} for each in merged],
    }
    (folder / "latest.json").write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    told = f"{machine}\n\n{markdown(merged)}\n{growth(merged)}"
    (folder / "latest.md").write_text(told, encoding="utf-8")
    if folder == RESULTS:
        before, _, rest = DOCUMENT.read_text(encoding="utf-8").partition(_START)
        _, _, after = rest.partition(_END)
        DOCUMENT.write_text(f"{before}{_START}{told}{_END}{after}", encoding="utf-8")


def _kept(path: Path, measured: set[str]) -> list[Figure]:
    if not path.exists():
        return []
    known = json.loads(path.read_text(encoding="utf-8"))["figures"]
    fields = set(Figure.__dataclass_fields__)
    kept = [Figure(**{name: value for name, value in each.items() if name in fields}) for each in known]
    return [each for each in kept if each.group not in measured]
