"""A catalogue of one's own: what is sold, for how much, and how a file that is none is refused."""

import datetime as dt
import re
from pathlib import Path

import httpx
import pytest
from test_server_command import server, started

from contract.subscription import BillingCycle
from server.catalogue import DEFAULT, catalogue_of, default_catalogue
from server.settings import SettingsError

TEAM = """
vendor_contact = "sales@acme.example"
tax_rate = 1900

[[plans]]
id = "team"
name = "Team"
kind = "paid"
sub_accounts = true
monthly = { EUR = 799 }
"""


@pytest.fixture(name="file")
def written(tmp_path: Path) -> Path:
    """One plan for EUR 7.99 and 19 % tax."""
    file = tmp_path / "plans.toml"
    file.write_text(TEAM)
    return file


def test_without_a_file_it_is_the_one_that_comes_along() -> None:
    """And that one is a file like any other."""
    assert catalogue_of(None) == default_catalogue() == catalogue_of(DEFAULT)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("tax_rate = 1900", "tax_rate = -1", "tax_rate"),
        ("tax_rate = 1900", "tax_rate = 0.19", "tax_rate"),
        ("tax_rate = 1900", "tax_rate = 10001", "tax_rate"),
        ("799", "-1", "plans.0.monthly.EUR"),
        ("799", "7.99", "plans.0.monthly.EUR"),
        ("EUR", "euro", "plans.0.monthly.euro"),
        ('"Team"', '"Te\\u001bam"', "control"),
        ('"team"', '"Te am"', "plans.0.id"),
        ("799", "[]", "plans.0.monthly.EUR"),
        ("799", "[799, 899]", "plans.0.monthly.EUR"),
        ("799", "[{ price = 799, from = 2027-01-01 }]", "plans.0.monthly.EUR"),
        ("799", '[799, { price = 899, from = "soon" }]', "plans.0.monthly.EUR"),
        ("799", "[799, { price = 899 }]", "plans.0.monthly.EUR"),
        ("799", "[799, { price = 1, from = 2027-02-01 }, { price = 2, from = 2027-01-01 }]", "order of their days"),
        ('kind = "paid"', 'kind = "paid"\nprice = 3', "plans.0.price"),
        ('kind = "paid"', 'kind = "paid"\nmoves = ["gold"]', "gold"),
        ("[[plans]]", "[[plans", "the [section] is not closed"),
        ("tax_rate = 1900", "tax_rat = 1900", "tax_rat: Unknown field. Did you mean tax_rate?"),
        ('kind = "paid"', 'kind = "payed"', "plans.0.kind: Use "),
        ('kind = "paid"', 'kind = "paid"\nmoove = []', "plans.0.moove: Unknown field. Did you mean moves?"),
    ],
)
def test_a_file_that_is_no_catalogue(file: Path, old: str, new: str, said: str) -> None:
    """It is refused in one line that says where it is wrong."""
    file.write_text(TEAM.replace(old, new))
    with pytest.raises(SettingsError, match="is not a catalogue") as refusal:
        catalogue_of(file)
    assert said in str(refusal.value)
    assert "\n" not in str(refusal.value)
    assert re.search(r"line \d+: ", str(refusal.value)) or said in {"control", "gold"}
    assert not re.search(r"Input should|Value error|Extra inputs", str(refusal.value))


def test_a_price_may_be_announced(file: Path) -> None:
    """A list of the price and of what follows it, each with its day; a day's price is the newest that holds by then."""
    file.write_text(
        TEAM.replace("799", "[799, { price = 899, from = 2027-01-01 }, { price = 999, from = 2027-03-01 }]")
    )
    offer = catalogue_of(file).offer("team")
    days = [dt.date(2026, 12, 31), dt.date(2027, 1, 1), dt.date(2027, 2, 28), dt.date(2027, 3, 1)]
    assert [offer.unit_price(BillingCycle.MONTHLY, "EUR", day) for day in days] == [799, 899, 899, 999]
    assert not offer.sells(BillingCycle.ANNUAL, "EUR")


def test_two_plans_of_one_name(file: Path) -> None:
    """Nobody could tell which is meant."""
    file.write_text(TEAM + TEAM[TEAM.index("[[plans]]") :])
    with pytest.raises(SettingsError, match="same id"):
        catalogue_of(file)


def test_a_server_sells_what_the_file_says(file: Path, tmp_path: Path) -> None:
    """It is founded and priced by the file; without the file that plan could not be renewed, so it does not start."""
    owner = ("--organisation", "Example", "--owner", "o@b.example", "--plan", "team", "--seats", "1")
    missing = server("init", *owner, "--catalogue", "nowhere.toml", cwd=tmp_path)
    assert (missing.returncode, "can't be read" in missing.stderr) == (2, True)
    made = server("init", *owner, "--catalogue", str(file), cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    headers = {"Authorization": f"Bearer {made.stdout.strip()}"}
    with started("--port", "0", "--catalogue", str(file), cwd=tmp_path) as (_, url):
        quote = httpx.post(f"{url}/v1/quotes", json={"seats": 3}, headers=headers).json()
    assert [quote[name]["amount"] for name in ("net", "tax", "due_now")] == [1598, 304, 1902]
    refused = server("run", "--port", "0", cwd=tmp_path)
    assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)
    assert "has the plan 'team', which the catalogue does not have" in refused.stderr


def test_a_price_that_somebody_pays_is_not_left_out(file: Path, tmp_path: Path) -> None:
    """A catalogue without it is refused before anything is answered."""
    owner = ("--organisation", "Example", "--owner", "o@b.example", "--plan", "team")
    assert server("init", *owner, "--catalogue", str(file), cwd=tmp_path).returncode == 0
    file.write_text(TEAM.replace("EUR = 799", "USD = 799"))
    refused = server("run", "--port", "0", "--catalogue", str(file), cwd=tmp_path)
    assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)
    assert "no price for" in refused.stderr
