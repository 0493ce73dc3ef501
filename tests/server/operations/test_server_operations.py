"""The contract's table and the server agree."""

from pathlib import Path

from builders import running

from contract.operations import OPERATIONS
from server.app import handlers_of, load_areas


def test_every_operation_has_a_handler() -> None:
    """Nothing the contract promises is missing, and nothing is bound that it does not know."""
    assert set(handlers_of(load_areas())) == set(OPERATIONS)


async def test_the_document_is_published(tmp_path: Path) -> None:
    """`/openapi.json` is the contract's own document, readable without a token."""
    async with running(tmp_path) as server, server.client() as api:
        found = (await api.get("/openapi.json")).json()
    assert {path for path in found["paths"] if path.startswith("/v1")} == {each.path for each in OPERATIONS}
