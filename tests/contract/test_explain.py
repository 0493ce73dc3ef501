"""An invoice explained from its JSON alone, and what nobody can change on it unseen."""

from typing import Any

import pytest
from pydantic import ValidationError
from random_invoices import SEED, Json, Path, altered, any_invoice, chance_of, leaves, paid_for

from contract.billing import Invoice, Line, Payment, UserShare, with_amounts
from contract.explain import SEAL_VERSION, SEALED, explain, seal_of

INVOICES = 10_000
_NAMED_ALWAYS = ("service_start", "service_end", "period_start", "period_end", "numerator", "denominator")


def sealed(invoice: Json) -> Json:
    """The same with the seal a server would put on it."""
    return {**invoice, "seal": seal_of(Invoice.model_validate(invoice))}


def findings(invoice: Json) -> tuple[str, ...]:
    """What is found, or that it is no invoice at all."""
    try:
        return explain(Invoice.model_validate(invoice)).findings
    except ValidationError:
        return ("this is no invoice",)


def where(number: int, invoice: Json, path: Path = ()) -> str:
    """What to say when a run by chance fails: enough to run it again."""
    return f"HEADCOUNT_TEST_SEED={SEED}, invoice {number}, {path}: {invoice}"


@pytest.fixture(scope="module")
def invoices() -> list[Json]:
    """Ten thousand of them, sealed."""
    chance = chance_of(0)
    return [sealed(paid_for(chance, any_invoice(chance))) for _ in range(INVOICES)]


def test_ten_thousand_invoices_add_up_to_the_minor_unit(invoices: list[Json]) -> None:
    """D11: EUR, JPY and KWD, ties, credits and taxes; each is explained without a finding, line by line."""
    assert len(invoices) == INVOICES
    for number, invoice in enumerate(invoices):
        found = explain(Invoice.model_validate(invoice))
        assert found.adds_up, (found.findings, where(number, invoice))
        assert found.sealed
        for reading in found.lines:
            assert reading.recomputed == reading.line.amount, where(number, invoice)
            assert reading.steps.endswith((f"= {reading.line.amount} exactly", f" to {reading.line.amount}"))
    assert {invoice["total"]["currency"] for invoice in invoices} == {"EUR", "JPY", "KWD"}


def test_nothing_can_be_altered_unseen(invoices: list[Json]) -> None:
    """Any one value changed, any entry of a list removed, doubled or moved: there is a finding, ten thousand times."""
    chance = chance_of(1)
    for number, invoice in enumerate(invoices):
        path = chance.choice(list(leaves(invoice)))
        assert findings(altered(chance, invoice, path)), where(number, invoice, path)


def test_every_value_of_an_invoice_counts(invoices: list[Json]) -> None:
    """The same for each and every value of some invoices, so that no field is left to chance."""
    chance = chance_of(2)
    for number, invoice in enumerate(invoices[:100]):
        for path in leaves(invoice):
            assert findings(altered(chance, invoice, path)), where(number, invoice, path)


def test_who_forges_the_seal_too_is_caught_by_the_sums(invoices: list[Json]) -> None:
    """Any one number or date of a line that is changed is named with its line, although the seal fits again.

    What sums alone can't see: words, names, numbers and times; that two changes agree with each other (both days of
    service moved alike, a quantity with its amount, net, total, due and payment); a rule of rounding where nothing is
    rounded by it; a quantity or price whose product rounds to the same amount. Against these there is the seal, and
    against who can forge that the invoice as the server answers it.
    """
    chance = chance_of(3)
    named = 0
    for number, invoice in enumerate(invoices):
        at = chance.randrange(len(invoice["lines"]))
        inner = [path for path in leaves(invoice["lines"][at]) if is_sum(path)]
        path: Path = ("lines", at, *chance.choice(inner))
        forged = sealed(altered(chance, {**invoice, "seal": ""}, path))
        found = findings(forged)
        assert not [each for each in found if each.startswith("seal")]
        named += f"line {at + 1}: " in "".join(found)
        assert named_or_same(found, at, invoice, forged, path), where(number, invoice, path)
    assert named > INVOICES * 0.9


def is_sum(path: Path) -> bool:
    """Whether this is a number or a date of a line."""
    return path[-1] in {"amount", "quantity", *_NAMED_ALWAYS}


def named_or_same(found: tuple[str, ...], at: int, invoice: Json, forged: Json, path: Path) -> bool:
    """Whether the line was named, or what was changed does not change its product by a minor unit."""
    if any(each.startswith(f"line {at + 1}: ") for each in found):
        return True
    before = explain(Invoice.model_validate(invoice)).lines[at].recomputed
    after = explain(Invoice.model_validate(forged)).lines[at].recomputed
    return path[-1] not in _NAMED_ALWAYS and path[2:] != ("amount", "amount") and before == after


def test_a_later_server_may_say_more(invoices: list[Json]) -> None:
    """Fields that are not known here neither spoil the seal nor need one: an older client goes on working."""
    for invoice in invoices[:100]:
        lines = [{**line, "colour": "red"} for line in invoice["lines"]]
        assert not findings({**invoice, "lines": lines, "due_by": "2027-01-01"})


def test_the_seal_covers_every_field_there_is() -> None:
    """A field added to an invoice needs a decision about its seal: this fails until there is one."""
    newest = SEALED[SEAL_VERSION]
    assert set(newest) == set(Invoice.model_fields) - {"seal"}
    assert set(newest["lines"]["__all__"]) == set(Line.model_fields)
    assert set(newest["lines"]["__all__"]["shares"]["__all__"]) == set(UserShare.model_fields)
    assert set(newest["payments"]["__all__"]) == set(Payment.model_fields)


def test_a_file_from_before_is_read_and_its_seal_checked(invoices: list[Json]) -> None:
    """What said `due` for what was to be paid still adds up, its seal fits, and no later word hides under it."""
    for invoice in [each for each in invoices[:300] if not any(line["shares"] for line in each["lines"])]:
        new = ("amount_paid", "amount_due", "kind", "credits", "seal")
        old = {name: value for name, value in invoice.items() if name not in new}
        to_pay = {**invoice["total"], "amount": invoice["total"]["amount"] - invoice["credit_applied"]["amount"]}
        old["due"] = to_pay
        old["seal"] = seal_of(Invoice.model_validate(with_amounts(old)), "v1")
        assert not findings(with_amounts(old))
        altered_due = with_amounts({**old, "due": {**to_pay, "amount": to_pay["amount"] + 1}})
        assert findings(altered_due) or invoice["status"] == "void"
        assert "seal: it says more than its seal covers" in findings(with_amounts({**old, "credits": ["INV-99999"]}))


def test_the_seal_is_the_same_for_who_answers_and_who_reads(invoices: list[Json]) -> None:
    """Made from Python's own dates and times or from JSON, the digest is one."""
    for invoice in invoices[:200]:
        once = Invoice.model_validate(invoice)
        assert seal_of(Invoice.model_validate_json(once.model_dump_json())) == once.seal


@pytest.mark.parametrize("size", [10**19, 10**4000], ids=["19 zeros", "4000 zeros"])
@pytest.mark.parametrize("field", ["quantity", "tax_rate", "numerator", "amount"])
def test_absurd_numbers_are_refused_not_computed(size: int, field: str, invoices: list[Json]) -> None:
    """A file may hold numbers that take minutes to multiply and can't be printed."""
    invoice: dict[str, Any] = {**invoices[0], "lines": [dict(invoices[0]["lines"][0])]}
    line = invoice["lines"][0]
    if field == "tax_rate":
        invoice["tax_rate"] = size
    else:
        line.update(
            {"quantity": {"quantity": -size}, "numerator": {"factor": {"numerator": size, "denominator": 1}}}.get(
                field, {"amount": {"amount": size, "currency": "EUR"}}
            )
        )
    assert findings(invoice) == ("it holds numbers too large for money, seats or days",)
