"""`headcount server check-prices FILE`: worked prices from anywhere, computed by the rules that bill (D11)."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from server.operations.price_cases import (
    Checked,
    NotComputedError,
    check_billing_cycles,
    check_case,
    check_part,
    check_sequence,
)
from server.operations.price_file import Entry, PriceFile, Unread, read_price_file
from server.platform.text import is_unsafe


@dataclass(frozen=True, slots=True)
class Report:
    """What came of a file: a line for each finding, and sentences that sum it up. Free of control characters."""

    findings: tuple[str, ...]
    summary: tuple[str, ...]


def check_prices(path: Path) -> Report:
    """Compute every entry of a file that can be read, and name the others; raises PriceFileError for no such file."""
    prices = read_price_file(path)
    checked = list(_check(prices))
    findings = tuple(shown(line) for entry, result in checked for line in _findings(entry, result))
    return Report(findings, tuple(_summary(prices, [result for _, result in checked])))


def shown(text: str) -> str:
    """A text from a file as it may reach a terminal: one line without controls."""
    return "".join("�" if is_unsafe(char) else char for char in text)


_CHECKS: Mapping[str, Callable[[Any], Checked]] = {
    "cases": check_case,
    "billing_cycles": check_billing_cycles,
    "fractions": check_part,
    "sequences": check_sequence,
}
_Result = Checked | NotComputedError | None
"""What came of an entry; nothing of one that can't be read."""


def _check(prices: PriceFile) -> Iterator[tuple[Entry | Unread, _Result]]:
    for kind, entries in prices.entries.items():
        for entry in entries:
            yield entry, None if isinstance(entry, Unread) else _computed(_CHECKS[kind], entry)


def _computed(check: Callable[[Any], Checked], entry: Entry) -> Checked | NotComputedError:
    try:
        return check(entry)
    except NotComputedError as reason:
        return reason
    except (ValueError, ArithmeticError) as error:
        return NotComputedError(str(error))


def _findings(entry: Entry | Unread, result: _Result) -> Iterator[str]:
    if isinstance(entry, Unread):
        yield f"{entry.name}: not read: {entry.reason}"
        return
    assert result is not None
    source = f" ({entry.source})" if entry.source else ""
    if isinstance(result, NotComputedError):
        yield f"{entry.id}: not computed: {result}{source}"
        return
    for each in result.differences:
        yield f"{entry.id}: {each.what}: expected {each.expected}, computed {each.computed}{source}"


def _summary(prices: PriceFile, results: Sequence[_Result]) -> Iterator[str]:
    done = [each for each in results if isinstance(each, Checked)]
    for reading, count in Counter(each.reading for each in done if each.reading).items():
        yield f"{count} {reading}"
    kinds = ", ".join(f"{len(entries)} {name.replace('_', ' ')}" for name, entries in prices.entries.items())
    differ = sum(bool(each.differences) for each in done)
    not_computed = sum(isinstance(each, NotComputedError) for each in results)
    unread = sum(each is None for each in results)
    could_not = f"{not_computed} could not be computed" + (f", {unread} could not be read" if unread else "")
    yield f"{len(results)} entries ({kinds}): {differ} differ, {could_not}"
