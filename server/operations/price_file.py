"""The file of worked prices: what its entries may say, and how it is read (docs/prices.md)."""

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints, ValidationError, model_validator

from contract.base import Body
from contract.field_words import in_words

LARGEST = 10**18
"""Numbers beyond this are no money and no seats."""


class PriceFileError(Exception):
    """A file that can't be read or understood; the text is a sentence that says where."""


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (OSError, ValueError, LookupError) as error:
        message = f"no time zone {name!r}"
        raise ValueError(message) from error
    return name


Amount = Annotated[int, Field(ge=-LARGEST, le=LARGEST)]
Price = Annotated[int, Field(ge=0, le=LARGEST)]
Quantity = Annotated[int, Field(ge=0, le=LARGEST)]
Days = Annotated[int, Field(ge=1, le=36_525)]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
Moment = Annotated[AwareDatetime | dt.date, Field(union_mode="left_to_right")]
"""An instant with its offset, or a day, which is the moment that day begins in the entry's time zone."""

Number = Annotated[str, StringConstraints(pattern=r"^\d{1,18}(\.\d{1,18}|/0{0,9}[1-9]\d{0,8})?$")]
"""`"2"`, `"0.4642"` or `"13/28"`."""

Zone = Annotated[str, AfterValidator(_zone)]
Rate = Annotated[int, Field(ge=0, le=1_000_000)]


class Entry(Body):
    """What every entry has: a name, and where its numbers come from."""

    id: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    note: str = ""
    source: str | dict[str, Any] = ""


class Case(Entry):
    """One change and what it costs, in minor units."""

    model: str
    granularity: str
    rounding: str
    period_start: Moment | None = None
    period_end: Moment | None = None
    change_at: Moment | None = None
    service_end: Moment | None = None
    time_zone: Zone = "UTC"
    old_qty: Quantity
    new_qty: Quantity
    old_unit_price: Price | None = None
    new_unit_price: Price | None = None
    unit_price: Price | None = None
    price_per_days: Days | None = None
    already_paid_qty: Quantity | None = None
    prorated: bool | None = None
    new_period: str | None = None
    currency: Currency
    minor_units: int | None = None
    tax_rate: Rate = 0
    factor: Number | None = None
    expected_amount: Amount
    expected_lines: tuple[Amount, ...] | None = None
    expected_tax: Amount | None = None
    expected_total: Amount | None = None

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        dates = (self.period_start, self.period_end, self.change_at)
        complain(
            {
                "period_start, period_end and change_at belong together": any(dates) and not all(dates),
                "without dates it needs a factor": not any(dates) and self.factor is None,
                "service_end needs the dates of a period": bool(self.service_end) and not any(dates),
                "old_qty needs an old_unit_price": bool(self.old_qty) and self.price("old") is None,
                "new_qty needs a new_unit_price": bool(self.new_qty) and self.price("new") is None,
                "price_per_days needs the dates of a period": bool(self.price_per_days) and not any(dates),
                "already_paid_qty belongs to the model high_water": self.already_paid_qty is not None
                and self.model != "high_water",
            }
        )
        return self

    def price(self, which: str) -> int | None:
        """The old or the new price of a unit for a whole period; `unit_price` when there is but one."""
        own: int | None = getattr(self, f"{which}_unit_price")
        return self.unit_price if own is None else own


class BillingCycles(Entry):
    """How many whole periods have been billed by a day."""

    billing_period: str
    mode: str
    start: dt.date
    end: dt.date | None = None
    target: dt.date
    billing_cycle_day: Annotated[int, Field(ge=1, le=31)]
    expected_cycles: Number


class PartOfPeriod(Entry):
    """The share of one period; `kind` says whether it precedes the first whole period or follows the last."""

    kind: str
    start: dt.date
    end: dt.date
    period_start: dt.date
    period_end: dt.date
    fixed_days: int = 0
    expected_fraction: Number


class Step(Body):
    """One change of a sequence: when it is, how many there are then, and what is charged."""

    at: Moment | None = None
    at_fraction_elapsed: Number | None = None
    qty: Quantity | None = None
    members: Annotated[str, StringConstraints(pattern=r"^\d{1,18}->\d{1,18}$")] | None = None
    charge: Amount

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        complain(
            {
                "a step needs either at or at_fraction_elapsed": (self.at is None)
                == (self.at_fraction_elapsed is None),
                "a step needs either qty or members": (self.qty is None) == (self.members is None),
            }
        )
        return self


class Sequence(Entry):
    """Changes that follow each other within one period."""

    unit_price_minor: Price
    price_per_days: Days | None = None
    currency: Currency
    rule: str = ""
    prorated: bool | None = None
    model: str = "high_water"
    granularity: str = "day"
    rounding: str = "half_up"
    period_start: Moment | None = None
    period_end: Moment | None = None
    time_zone: Zone = "UTC"
    steps: Annotated[tuple[Step, ...], Field(min_length=1)]


KINDS: Mapping[str, type[Entry]] = {
    "cases": Case,
    "billing_cycles": BillingCycles,
    "fractions": PartOfPeriod,
    "sequences": Sequence,
}
"""The lists a file may hold, in the order in which they are computed."""


@dataclass(frozen=True, slots=True)
class Unread:
    """An entry that can't be read: by its id, or by its place while it has none, and why."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class PriceFile:
    """All entries of a file, by kind: each one as it can be read by itself, or why it can't."""

    entries: Mapping[str, tuple[Entry | Unread, ...]]


def read_price_file(path: Path) -> PriceFile:
    """Read a file, entry by entry; raises PriceFileError where it holds no lists of entries at all."""
    try:
        plain = json.loads(path.read_text(encoding="utf-8-sig"), object_pairs_hook=_once)
    except OSError as error:
        message = f"{path} can't be read: {error.strerror}"
        raise PriceFileError(message) from error
    except (ValueError, RecursionError) as error:
        message = f"{path} is not JSON in UTF-8: {error}"
        raise PriceFileError(message) from error
    if wrong := _not_a_file(plain):
        message = f"{path}: {wrong}"
        raise PriceFileError(message)
    known: set[str] = set()
    return PriceFile(
        {kind: tuple(_read(kind, place, row, known) for place, row in enumerate(plain.get(kind, ()))) for kind in KINDS}
    )


def _not_a_file(plain: Any) -> str:
    """What is wrong with the file as a whole, if anything is."""
    if not isinstance(plain, dict):
        return "it is not one JSON object"
    if other := set(plain) - {"conventions", *KINDS}:
        return f"{', '.join(sorted(other))}: there are only {', '.join(KINDS)} and conventions"
    if lists := [kind for kind in KINDS if not isinstance(plain.get(kind, []), list)]:
        return f"{', '.join(lists)}: it is not a list"
    return "" if any(plain.get(kind) for kind in KINDS) else "it holds no entry"


def _read(kind: str, place: int, row: Any, known: set[str]) -> Entry | Unread:
    """One entry; an id that another one has is not read twice."""
    where = f"{kind}[{place}]"
    try:
        entry = KINDS[kind].model_validate_json(json.dumps(row))
    except ValidationError as error:
        said = row.get("id") if isinstance(row, dict) else None
        named = isinstance(said, str) and said
        return Unread(said if isinstance(said, str) and named else where, f"{_reason(error)} ({where})")
    if entry.id in known:
        return Unread(entry.id, f"another entry has this id ({where})")
    known.add(entry.id)
    return entry


def complain(complaints: Mapping[str, bool]) -> None:
    """Raise ValueError with the complaints that hold."""
    found = "; ".join(sentence for sentence, holds in complaints.items() if holds)
    if found:
        raise ValueError(found)


def _once(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        complain({f"{name!r} is there twice in one object": name in found})
        found[name] = value
    return found


def _reason(error: ValidationError) -> str:
    """The first complaint with its place in the entry: `steps[0], charge: This is missing.`."""
    first, *others = error.errors(include_url=False)
    place = "".join(f"[{step}]" if isinstance(step, int) else f", {step}" for step in first["loc"]).lstrip(", ")
    more = f" (and {len(others)} more)" if others else ""
    return (f"{place}: " if place else "") + in_words(first) + more
