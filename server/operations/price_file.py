"""The file of worked prices: what its entries may say, and how it is read (docs/prices.md)."""

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterable, Mapping
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


class PriceFile(Body):
    """All entries of a file, by kind."""

    conventions: Any = None
    cases: tuple[Case, ...] = ()
    billing_cycles: tuple[BillingCycles, ...] = ()
    fractions: tuple[PartOfPeriod, ...] = ()
    sequences: tuple[Sequence, ...] = ()

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Every entry, in the order of the kinds."""
        return (*self.cases, *self.billing_cycles, *self.fractions, *self.sequences)

    @model_validator(mode="after")
    def _names_are_unique(self) -> Self:
        twice = [name for name, count in Counter(each.id for each in self.entries).items() if count > 1]
        complain({f"more than one entry is named {twice}": bool(twice), "it holds no entry": not self.entries})
        return self


def read_price_file(path: Path) -> PriceFile:
    """Read a file; raises PriceFileError with what is wrong and where."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        plain = json.loads(text, object_pairs_hook=_once)
        return PriceFile.model_validate_json(text)
    except OSError as error:
        message = f"{path} can't be read: {error.strerror}"
        raise PriceFileError(message) from error
    except ValidationError as error:
        message = f"{path}: {_where(plain, error)}"
        raise PriceFileError(message) from error
    except (ValueError, RecursionError) as error:
        message = f"{path} is not JSON in UTF-8: {error}"
        raise PriceFileError(message) from error


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


def _where(plain: Any, error: ValidationError) -> str:
    """The first complaint with its place: `cases[3] ("fp-1000-500"), currency: This is missing.`."""
    first, *others = error.errors(include_url=False)
    place, value = "", plain
    for step in first["loc"]:
        try:
            value = value[step]
        except (LookupError, TypeError):
            value = None
        place += f"[{step}]" if isinstance(step, int) else f", {step}"
        if isinstance(value, dict) and isinstance(value.get("id"), str):
            place += f" ({value['id']!r})"
    more = f" (and {len(others)} more)" if others else ""
    return f"{place.lstrip(', ') or 'the file'}: {in_words(first)}{more}"
