"""`headcount server check-prices`: what differs is named, nothing is passed over, nothing else is complained about."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from server.__main__ import main
from server.operations.check_prices import check_prices

DATA = Path(__file__).parents[2] / "data"
FILES = ("proration.json", "own_prices.json")
KINDS = ("cases", "billing_cycles", "fractions", "sequences")


def read(name: str) -> dict[str, Any]:
    """A file of worked prices as plain data."""
    return dict(json.loads((DATA / name).read_text()))


def write(tmp_path: Path, content: Any) -> Path:
    """A file to check, with whatever content."""
    path = tmp_path / "prices.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def case(**changes: Any) -> dict[str, Any]:
    """Five seats more for the second half of June; EUR 25.00."""
    return {
        "id": "june",
        "model": "high_water",
        "granularity": "day",
        "rounding": "half_up",
        "period_start": "2026-06-01T00:00:00Z",
        "period_end": "2026-07-01T00:00:00Z",
        "change_at": "2026-06-16T00:00:00Z",
        "old_qty": 5,
        "new_qty": 10,
        "unit_price": 1000,
        "currency": "EUR",
        "factor": "1/2",
        "expected_amount": 2500,
        **changes,
    }


def places(entry: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    """Where an entry says what must come out."""
    for name, value in entry.items():
        if name.startswith("expected_") or name == "factor":
            yield (name, 0) if isinstance(value, list) and value else (name,)
    for number, _ in enumerate(entry.get("steps", [])):
        yield "steps", number, "charge"


def other(value: Any) -> Any:
    """The next value of the same form that is not the same: one minor unit, or one billionth of a period."""
    if isinstance(value, int):
        return value + 1
    if isinstance(value, list):
        return [1]
    if "/" in value:
        numerator, denominator = value.split("/")
        return f"{int(numerator) + 1}/{denominator}" if denominator == "1" else f"{numerator}/{int(denominator) + 1}"
    whole, _, decimals = value.partition(".")
    return f"{whole}.{int(decimals.ljust(9, '0')) + 1:09d}"


def change(entry: dict[str, Any], place: tuple[Any, ...]) -> None:
    """Make one expected value of an entry another one."""
    target: Any = entry
    for step in place[:-1]:
        target = target[step]
    target[place[-1]] = other(target[place[-1]])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", FILES)
def test_one_wrong_number_is_found(tmp_path: Path, name: str, kind: str) -> None:
    """Whatever expected value is changed by the least there is, its entry is named, and no other."""
    for number, entry in enumerate(read(name)[kind]):
        for place in places(entry):
            prices = read(name)
            change(prices[kind][number], place)
            findings = check_prices(write(tmp_path, prices)).findings
            assert {line.partition(": ")[0] for line in findings} == {entry["id"]}, place


def test_every_entry_is_checked(tmp_path: Path) -> None:
    """With all expected values changed, all entries of all kinds are named."""
    for name in FILES:
        prices = read(name)
        for kind in KINDS:
            for entry in prices[kind]:
                for place in places(entry):
                    change(entry, place)
        named = {line.partition(": ")[0] for line in check_prices(write(tmp_path, prices)).findings}
        assert named == {entry["id"] for kind in KINDS for entry in prices[kind]}


@pytest.mark.parametrize("name", FILES)
def test_no_entry_is_known_by_its_name(tmp_path: Path, name: str) -> None:
    """Entries that are called something else are computed just the same."""
    prices = read(name)
    for number, entry in enumerate(entry for kind in KINDS for entry in prices[kind]):
        entry["id"] = f"entry-{number}"
    assert check_prices(write(tmp_path, prices)).findings == ()


def test_the_command_says_what_it_did(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Findings are lines on the standard output with exit code 1; the summary is on the standard error."""
    assert main(["check-prices", str(write(tmp_path, {"cases": [case()]}))]) == 0
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == (
        "1 entries (1 cases, 0 billing cycles, 0 fractions, 0 sequences): 0 differ, 0 could not be computed\n"
    )
    wrong = case(expected_amount=2501, source="a page")
    assert main(["check-prices", str(write(tmp_path, {"cases": [wrong]}))]) == 1
    said = capsys.readouterr()
    assert said.out == "june: amount: expected 2501, computed 2500 (a page)\n"
    assert "1 differ" in said.err


def test_what_is_read_between_the_lines_is_said(tmp_path: Path) -> None:
    """A factor of 1 within a period and a source that names a change of the cycle are readings, and counted."""
    unprorated = case(factor="1/1", expected_amount=5000)
    yearly = case(
        id="yearly", model="credit_debit", new_unit_price=9000, expected_amount=87500, source="plans[monthly-to-yearly]"
    )
    report = check_prices(write(tmp_path, {"cases": [unprorated, yearly]}))
    assert report.findings == ()
    assert report.summary[0] == "1 read as not prorated, since the factor is 1"
    assert report.summary[1] == "1 read as a change of the billing cycle, since the source is named so"


SEQUENCE = {
    "id": "sequence",
    "unit_price_minor": 1000,
    "currency": "EUR",
    "rule": "prorated",
    "steps": [{"at": "2026-06-16", "qty": 1, "charge": 500}],
}
PART = {
    "id": "part",
    "kind": "after_last",
    "start": "2026-06-01",
    "end": "2026-06-16",
    "period_start": "2026-06-01",
    "period_end": "2026-07-01",
    "expected_fraction": "0.5",
}
CYCLES = {
    "id": "cycles",
    "billing_period": "MONTHLY",
    "mode": "IN_ADVANCE",
    "start": "2026-06-01",
    "end": None,
    "target": "2026-06-01",
    "billing_cycle_day": 1,
    "expected_cycles": "1",
}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ({"cases": [case(model="gift")]}, "model 'gift' is none of add, high_water"),
        ({"cases": [case(granularity="hour")]}, "granularity 'hour'"),
        ({"cases": [case(rounding="up")]}, "rounding 'up'"),
        ({"cases": [case(new_period="weekly")]}, "new_period 'weekly'"),
        ({"cases": [case(model="delta", new_period="annual")]}, "two different shares"),
        ({"cases": [case(change_at="2026-07-02T00:00:00Z")]}, "not within the period"),
        ({"cases": [case(period_end="2026-05-01T00:00:00Z")]}, "not within the period"),
        ({"cases": [case(granularity="fixed30", period_end="2026-06-20T00:00:00Z")]}, "whole months"),
        (
            {"cases": [case(new_period="annual", period_start=None, period_end=None, change_at=None)]},
            "a new period needs change_at",
        ),
        ({"billing_cycles": [{**CYCLES, "billing_period": "QUARTERLY"}]}, "billing_period 'quarterly'"),
        ({"billing_cycles": [{**CYCLES, "mode": "LATER"}]}, "mode 'LATER'"),
        ({"billing_cycles": [{**CYCLES, "target": "9999-12-31", "start": "9999-12-01"}]}, "year 10000"),
        ({"fractions": [{**PART, "fixed_days": 28}]}, "fixed_days 28"),
        ({"fractions": [{**PART, "kind": "middle"}]}, "kind 'middle'"),
        ({"fractions": [{**PART, "kind": "before_first"}]}, "is not what is before_first"),
        ({"sequences": [SEQUENCE]}, "no period_start and period_end"),
        ({"sequences": [{**SEQUENCE, "rule": "?"}]}, "neither prorated nor the rule"),
        (
            {
                "sequences": [
                    {
                        **SEQUENCE,
                        "steps": [{"at_fraction_elapsed": "0", "members": m, "charge": 0} for m in ("1->1", "2->2")],
                    }
                ]
            },
            "step 2 starts with 2, but there were 1",
        ),
    ],
)
def test_what_cannot_be_computed_is_a_finding(tmp_path: Path, content: dict[str, Any], reason: str) -> None:
    """An entry that asks for something we do not offer, or says too little, is named with the reason."""
    report = check_prices(write(tmp_path, content))
    (name,) = [entry["id"] for entries in content.values() for entry in entries]
    assert len(report.findings) == 1
    assert report.findings[0].startswith(f"{name}: not computed: ")
    assert reason in report.findings[0]
    assert report.summary[-1].endswith("0 differ, 1 could not be computed")


def test_decimals_of_the_currency_are_compared(tmp_path: Path) -> None:
    """Amounts of yen that claim two decimals would be a hundred times too small."""
    findings = check_prices(write(tmp_path, {"cases": [case(currency="JPY", minor_units=2)]})).findings
    assert findings == ("june: minor units: expected 2, computed 0",)


@pytest.mark.parametrize(
    ("content", "place"),
    [
        ("", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ('{"cases": [], "cases": []}', "'cases' is there twice"),
        ([], "it is not one JSON object"),
        ({}, "it holds no entry"),
        ({"case": []}, "case: there are only cases, "),
        ({"cases": {}}, "cases: it is not a list"),
        ({"cases": []}, "it holds no entry"),
    ],
)
def test_a_malformed_file(tmp_path: Path, capsys: pytest.CaptureFixture[str], content: Any, place: str) -> None:
    """One sentence says where the file is wrong; nothing is computed, and the exit code is 2."""
    assert main(["check-prices", str(write(tmp_path, content))]) == 2
    said = capsys.readouterr()
    assert (said.out, said.err.count("\n")) == ("", 1)
    assert place in said.err


@pytest.mark.parametrize(
    ("content", "finding"),
    [
        ({"cases": [7]}, "cases[0]: not read: "),
        ({"cases": [case()]}, "june: not read: another entry has this id (cases[0])"),
        ({"cases": [case(id="july", old_qty="5")]}, "july: not read: old_qty: "),
        ({"cases": [case(id="july", expected_amount=25.0)]}, "july: not read: expected_amount: "),
        ({"cases": [case(id="july", expected_amount=True)]}, "july: not read: expected_amount: "),
        ({"cases": [case(id="july", expected_amont=1)]}, "july: not read: expected_amont: Unknown field"),
        ({"cases": [case(id="july", factor="1/0")]}, "july: not read: factor: "),
        ({"cases": [case(id="july", factor="1e9999999")]}, "july: not read: factor: "),
        ({"cases": [case(id="july", time_zone="../etc/passwd")]}, "time_zone: No time zone '../etc/passwd'"),
        ({"cases": [case(id="july", change_at=None)]}, "july: not read: period_start, period_end and change_at belong"),
        ({"cases": [case(id="july", change_at="2026-06-16T10:00:00")]}, "july: not read: change_at"),
        ({"cases": [case(id="july", unit_price=None)]}, "old_qty needs an old_unit_price; new_qty needs"),
        ({"cases": [case(id="july", model="add", already_paid_qty=3)]}, "belongs to the model high_water"),
        ({"cases": [case(id="july", price_per_days=0)]}, "july: not read: price_per_days: "),
        ({"sequences": [{**SEQUENCE, "steps": []}]}, "sequence: not read: steps: "),
        ({"sequences": [{**SEQUENCE, "steps": [{"charge": 0}]}]}, "sequence: not read: steps[0]: "),
    ],
)
def test_an_entry_that_cannot_be_read_is_named_alone(tmp_path: Path, content: dict[str, Any], finding: str) -> None:
    """The others are computed all the same: one of them is wrong, and is named too."""
    wrong = {"id": "wrong", **{name: value for name, value in case(expected_amount=1).items() if name != "id"}}
    beside = {**content, "cases": [*content.get("cases", ()), wrong, case()]}
    if "june" in finding:
        beside["cases"].append(beside["cases"].pop(0))
    report = check_prices(write(tmp_path, beside))
    (unread,) = [line for line in report.findings if "not read" in line]
    assert finding.replace("cases[0]", "cases[2]" if "june" in finding else "cases[0]") in unread
    assert "wrong: amount: expected 1, computed 2500" in report.findings
    assert report.summary[-1].endswith("1 differ, 0 could not be computed, 1 could not be read")


@pytest.mark.parametrize(
    ("dates", "more", "amount"),
    [
        ("2028-01-01 2029-01-01 2028-07-01", {"granularity": "nominal365"}, 18400),
        ("2028-01-01 2029-01-01 2028-01-01", {"granularity": "nominal365"}, 36500),
        ("2028-01-01 2029-01-01 2028-01-02", {"granularity": "nominal365"}, 36500),
        ("2028-02-01 2028-03-01 2028-02-15", {"granularity": "nominal365"}, 18000),
        ("2028-01-01 2029-01-01 2028-07-01", {"granularity": "day"}, 18350),
        ("2028-01-01 2029-01-01 2028-07-01", {"price_per_days": 365}, 18400),
        ("2028-01-01 2029-01-01 2028-01-01", {"price_per_days": 365}, 36600),
        ("2028-02-01 2028-03-01 2028-02-01", {"price_per_days": 365}, 2900),
        ("2028-02-01 2028-03-01 2028-02-01", {"price_per_days": 365, "granularity": "second"}, 2900),
    ],
)
def test_years_of_365_days(tmp_path: Path, dates: str, more: dict[str, Any], amount: int) -> None:
    """365.00 for a nominal year, at most all of a period; or for each 365 days, as many as there are (2028 has 366)."""
    start, end, at = dates.split()
    one = case(period_start=start, period_end=end, change_at=at, old_qty=0, new_qty=1, unit_price=36500, **more)
    del one["factor"]
    assert check_prices(write(tmp_path, {"cases": [{**one, "expected_amount": amount}]})).findings == ()


def test_an_unreadable_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file that is not there, is a folder, or is no text is exit code 2 too."""
    binary = tmp_path / "binary"
    binary.write_bytes(b"\xff\xfe\x00")
    for path in (tmp_path / "none", tmp_path, binary):
        assert main(["check-prices", str(path)]) == 2
        assert str(path) in capsys.readouterr().err


def test_a_file_controls_no_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Escapes in names and sources come out as signs, and each finding stays one line."""
    path = write(tmp_path, {"cases": [case(id="\x1b[2Jx\n", source="a\rb", expected_amount=1)]})
    assert main(["check-prices", str(path)]) == 1
    assert capsys.readouterr().out == "�[2Jx�: amount: expected 1, computed 2500 (a�b)\n"
    bad = write(tmp_path, {"cases": [case(id="\x1b[2Jx\n", old_qty=-1)]})
    assert main(["check-prices", str(bad)]) == 1
    assert "\x1b" not in "".join(capsys.readouterr())


def test_the_example_of_the_documents(tmp_path: Path) -> None:
    """The file that docs/prices.md shows can be checked as it stands."""
    text = (Path(__file__).parents[3] / "docs" / "prices.md").read_text()
    example = text.partition("```json\n")[2].partition("```")[0]
    report = check_prices(write(tmp_path, example))
    assert (report.findings, len(report.summary)) == ((), 1)
