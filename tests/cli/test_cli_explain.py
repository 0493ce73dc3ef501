"""`headcount invoices explain --json FILE`: an invoice recomputed with no server, whoever wrote the file."""

import json
import os
import socket
from pathlib import Path
from typing import Any
from unicodedata import category

import pytest
from answers import eur, make_invoice, make_line, make_payment
from hostile import NAMES

from cli.invoice_files import Malformed, read_invoices
from cli.main import main
from contract.billing import Invoice
from contract.explain import seal_of

Said = pytest.CaptureFixture[str]


def sealed(**facts: Any) -> Invoice:
    """An invoice as a server answers it."""
    invoice = make_invoice(**facts)
    return invoice.model_copy(update={"seal": seal_of(invoice)})


def written(folder: Path, content: str | bytes) -> str:
    """A file that holds this."""
    path = folder / "invoice.json"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return str(path)


def explained(file: str, wanted: str = "INV-00012") -> int:
    """The exit code."""
    return main(["invoices", "explain", wanted, "--json", file])


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever opens a socket fails."""

    def refuse(*_: object) -> None:
        message = "no server is asked"
        raise AssertionError(message)

    monkeypatch.setattr(socket.socket, "connect", refuse)


def test_an_invoice_that_adds_up_is_written_out(tmp_path: Path, capsys: Said) -> None:
    """Every line with its sum, then net, total and due, and the verdict; exit code 0."""
    assert explained(written(tmp_path, sealed().model_dump_json())) == 0
    assert capsys.readouterr().out.splitlines() == [
        "INV-00012 (inv_1), 2026-11-21, paid",
        "1. seats",
        "   6 × EUR 6.00 × 10/30 days = EUR 12.00 exactly",
        "   for 2026-11-21 to 2026-11-30, of 2026-11-01 to 2026-11-30",
        "net: EUR 12.00",
        "total: EUR 12.00 + EUR 0.00 tax = EUR 12.00",
        "due: EUR 12.00 - EUR 12.00 paid = EUR 0.00",
        "INV-00012 adds up, and its seal is valid.",
    ]


def test_a_forged_line_is_named(tmp_path: Path, capsys: Said) -> None:
    """One cent more in one line: which one, and what it must be; exit code 1."""
    forged = json.loads(sealed(lines=(make_line(), make_line(quantity=0, amount=eur(0)))).model_dump_json())
    forged["lines"][1]["amount"]["amount"] = 1
    assert explained(written(tmp_path, json.dumps(forged))) == 1
    said = capsys.readouterr().out
    assert "INV-00012 does not add up:\n! line 2: 0 × EUR 6.00 × 10/30 is EUR 0.00, the invoice says EUR 0.01\n" in said
    assert "! seal: something on this invoice was changed" in said


def test_without_a_seal_only_the_sums_are_vouched_for(tmp_path: Path, capsys: Said) -> None:
    """One is told what was not checked."""
    assert explained(written(tmp_path, make_invoice().model_dump_json())) == 0
    assert capsys.readouterr().out.endswith("adds up, and it has no seal, so only the sums could be checked.\n")


def test_a_file_may_hold_many(tmp_path: Path, capsys: Said) -> None:
    """A page as the API answers it, a list, as `invoices list --json` prints it, or one a line."""
    one, two = sealed(), sealed(id="inv_2", number="INV-00013", payments=(make_payment(invoice_id="inv_2"),))
    both = [json.loads(each.model_dump_json()) for each in (one, two)]
    lines = "\n".join(json.dumps(each) for each in both)
    for content in (json.dumps({"items": both, "has_more": False}), json.dumps(both), lines):
        for wanted in ("INV-00013", "inv-00013", "inv_2"):
            assert explained(written(tmp_path, content), wanted) == 0
            assert capsys.readouterr().out.endswith("INV-00013 adds up, and its seal is valid.\n")


def test_another_invoice_is_not_the_one_asked_for(tmp_path: Path, capsys: Said) -> None:
    """What the file holds instead is said; exit code 1."""
    assert explained(written(tmp_path, sealed().model_dump_json()), "INV-00099") == 1
    assert capsys.readouterr().err == "Unknown invoice INV-00099 in it, only INV-00012.\n"


def test_two_that_claim_one_number_are_both_read(tmp_path: Path, capsys: Said) -> None:
    """A forged one can't hide behind a good one."""
    good, bad = sealed().model_dump(mode="json"), make_invoice(net=eur(1)).model_dump(mode="json")
    assert explained(written(tmp_path, json.dumps([good, bad]))) == 1
    assert "does not add up" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("", "it is empty"),
        ("   \n", "it is empty"),
        ("[]", "it is empty"),
        ("{", "line 1, column 2"),
        (b"\xff\xfe", "it is not UTF-8"),
        ("[" * 100_000, "it is nested too deeply"),
        ('{"id": 1' + "0" * 5000 + "}", "thousands of digits"),
        ('{"id": "inv_1", "id": "inv_2"}', "a field is there twice"),
        ('"invoice"', "Write an object"),
        ("[3]", "Write an object"),
        ('{"id": "inv_1"}', "number: This is missing"),
        (
            make_invoice().model_dump_json().replace('"quantity":6', '"quantity":"6"'),
            "lines.0.quantity: Write a whole number",
        ),
        (
            make_invoice().model_dump_json().replace('"quantity":6', '"quantity":6.0'),
            "lines.0.quantity: Write a whole number",
        ),
        (make_invoice().model_dump_json().replace("2026-12-01", "2026-13-01"), "lines.0.service_end: Write a day"),
    ],
)
def test_a_file_without_an_invoice_is_usage(tmp_path: Path, capsys: Said, content: str | bytes, why: str) -> None:
    """One sentence with the reason, exit code 2, no traceback."""
    assert explained(written(tmp_path, content)) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert "contains no readable invoice: " in said.err
    assert why in said.err


def test_a_file_that_is_not_there_is_usage(tmp_path: Path, capsys: Said) -> None:
    """The same for a name that leads nowhere."""
    assert explained(str(tmp_path / "none")) == 2
    assert capsys.readouterr().err.endswith("can't be read: No such file or directory.\n")


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES.keys())
def test_nothing_in_a_file_reaches_the_terminal_as_control(tmp_path: Path, capsys: Said, name: str) -> None:
    """Words, numbers of invoices, currencies: whoever wrote them."""
    money = {"amount": 5, "currency": name}
    invoice = {
        **make_invoice().model_dump(mode="json"),
        **dict.fromkeys(("net", "tax", "total", "amount_paid", "amount_due", "credit_applied"), money),
        "number": name,
        "seal": name,
        "payments": [make_payment(reason=name).model_dump(mode="json")],
        "lines": [{**make_line().model_dump(mode="json"), "description": name, "amount": money}],
    }
    for wanted in ("inv_1", "INV-1", name):
        explained(written(tmp_path, json.dumps(invoice)), wanted)
        said = "".join(capsys.readouterr())
        assert all(each.isprintable() or each == "\n" or category(each) == "Zs" for each in said), said
        assert said.count("\n") < 30


def test_the_input_is_a_file_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Said) -> None:
    """`headcount invoices show … --json | headcount invoices explain … --json -`."""
    with Path(written(tmp_path, sealed().model_dump_json())).open() as file:
        monkeypatch.setattr("sys.stdin", file)
        assert explained("-") == 0
    assert "its seal is valid" in capsys.readouterr().out
    with Path(os.devnull).open() as nothing:
        monkeypatch.setattr("sys.stdin", nothing)
        assert explained("-") == 2
    assert capsys.readouterr().err == "The input contains no readable invoice: it is empty.\n"


def test_invoices_of_a_later_server_can_be_read() -> None:
    """Fields that are not known here are passed over."""
    found = read_invoices(json.dumps({**sealed().model_dump(mode="json"), "due_by": "2027-01-01"}).encode())
    assert found == [sealed()]
    with pytest.raises(Malformed):
        read_invoices(b"{}")
