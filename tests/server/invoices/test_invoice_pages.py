"""Invoices are listed newest first, in pages, and each line can be recomputed from its JSON."""

from pathlib import Path

from billing_desk import buy, get
from builders import make_organisation, running

from contract.arithmetic import recomputed
from contract.billing import Line


async def test_pages_join_without_a_gap(tmp_path: Path) -> None:
    """Following the cursor gives every invoice once, newest first, and the count when it is asked for."""
    async with running(tmp_path) as server:
        team = make_organisation(server)
        async with team.client() as api:
            for seats in range(11, 16):
                await buy(api, seats)
            numbers: list[str] = []
            page = await get(api, "/v1/invoices?limit=2&count=true")
            assert page["total"] == 5
            while True:
                numbers += [invoice["number"] for invoice in page["items"]]
                if not page["has_more"]:
                    break
                page = await get(api, f"/v1/invoices?limit=2&cursor={page['next_cursor']}")
            assert numbers == [f"INV-0000{number}" for number in (5, 4, 3, 2, 1)]
            assert (await api.get("/v1/invoices?cursor=nonsense")).status_code == 422
            assert (await get(api, "/v1/invoices?offset=4"))["items"][0]["number"] == "INV-00001"


async def test_every_line_adds_up(tmp_path: Path) -> None:
    """Lines give their amounts again, their sum is the net, and net and tax are the total (D11)."""
    async with running(tmp_path) as server:
        team = make_organisation(server, currency="JPY")
        async with team.client() as api:
            invoice = (await buy(api, 17))["invoice"]
            assert await get(api, f"/v1/invoices/{invoice['id']}") == invoice
            lines = [Line.model_validate(line) for line in invoice["lines"]]
            assert [recomputed(line) for line in lines] == [line.amount.amount for line in lines]
            assert sum(line.amount.amount for line in lines) == invoice["net"]["amount"] == 7 * 600
            assert invoice["total"]["amount"] == invoice["net"]["amount"] + invoice["tax"]["amount"]


async def test_an_unknown_invoice_is_not_found(tmp_path: Path) -> None:
    """What is not there is 404."""
    async with running(tmp_path) as server:
        team = make_organisation(server)
        async with team.client() as api:
            assert (await api.get("/v1/invoices/inv_00000000000000000000")).status_code == 404
