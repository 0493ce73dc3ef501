"""`headcount server check-prices FILE`: worked prices from anywhere, computed by the rules that bill (D11)."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from server.operations.price_cases import (
    Checked,
    NotComputedError,
    check_billing_cycles,
    check_case,
    check_part,
    check_sequence,
)
from server.operations.price_file import Entry, PriceFile, read_price_file
from server.platform.text import is_unsafe

_Row = TypeVar("_Row", bound=Entry)


@dataclass(frozen=True, slots=True)
class Report:
    """What came of a file: a line for each finding, and sentences that sum it up. Free of control characters."""

    findings: tuple[str, ...]
    summary: tuple[str, ...]


def check_prices(path: Path) -> Report:
    """Compute every entry of a file; raises PriceFileError when it can't be read or understood."""
    prices = read_price_file(path)
    checked = list(_check(prices))
    findings = tuple(shown(line) for entry, result in checked for line in _findings(entry, result))
    return Report(findings, tuple(_summary(prices, [result for _, result in checked])))


def shown(text: str) -> str:
    """A text from a file as it may reach a terminal: one line without controls."""
    return "".join("�" if is_unsafe(char) else char for char in text)


def _check(prices: PriceFile) -> Iterator[tuple[Entry, Checked | NotComputedError]]:
    yield from _each(prices.cases, check_case)
    yield from _each(prices.billing_cycles, check_billing_cycles)
    yield from _each(prices.fractions, check_part)
    yield from _each(prices.sequences, check_sequence)


def _each(rows: Sequence[_Row], check: Callable[[_Row], Checked]) -> Iterator[tuple[Entry, Checked | NotComputedError]]:
    for row in rows:
        try:
            yield row, check(row)
        except NotComputedError as reason:
            yield row, reason
        except (ValueError, ArithmeticError) as error:
            yield row, NotComputedError(str(error))


def _findings(entry: Entry, result: Checked | NotComputedError) -> Iterator[str]:
    source = f" ({entry.source})" if entry.source else ""
    if isinstance(result, NotComputedError):
        yield f"{entry.id}: not computed: {result}{source}"
        return
    for each in result.differences:
        yield f"{entry.id}: {each.what}: expected {each.expected}, computed {each.computed}{source}"


def _summary(prices: PriceFile, results: Sequence[Checked | NotComputedError]) -> Iterator[str]:
    done = [each for each in results if isinstance(each, Checked)]
    for reading, count in Counter(each.reading for each in done if each.reading).items():
        yield f"{count} {reading}"
    kinds = ", ".join(f"{len(getattr(prices, name))} {name.replace('_', ' ')}" for name in _KINDS)
    differ = sum(bool(each.differences) for each in done)
    yield f"{len(results)} entries ({kinds}): {differ} differ, {len(results) - len(done)} could not be computed"


_KINDS = ("cases", "billing_cycles", "fractions", "sequences")
