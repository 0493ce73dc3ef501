"""The contract between client and server, as a whole."""

import re

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator
from pydantic import ValidationError

from contract.events import Event, EventKind
from contract.openapi import document
from contract.operation import Key, common_problems
from contract.operations import OPERATIONS
from contract.problems import PROBLEMS, ProblemCode
from contract.quotes import Change
from contract.sandbox import ClockBody
from contract.transfers import Decisions, Seen
from contract.users import UserBatch


def test_every_problem_code_has_a_status_and_a_title() -> None:
    """A code without a status could not be sent."""
    assert set(PROBLEMS) == set(ProblemCode)
    assert all(400 <= kind.status < 600 and kind.title for kind in PROBLEMS.values())


def test_the_openapi_document_is_valid_and_names_every_problem() -> None:
    """The published document is OpenAPI 3.1, and each call lists every code it may answer."""
    published = document("0.0.0")
    OpenAPIV31SpecValidator(published).validate()
    for operation in OPERATIONS:
        described = str(published["paths"][operation.path][operation.method.lower()]["responses"])
        assert all(f"'{code.value}'" in described for code in common_problems(operation)), operation.name


def test_operations_are_told_apart_by_name_and_by_address() -> None:
    """Two calls never share a name, or a method and path."""
    assert len({operation.name for operation in OPERATIONS}) == len(OPERATIONS)
    assert len({(operation.method, operation.path) for operation in OPERATIONS}) == len(OPERATIONS)


def test_every_change_takes_an_idempotency_key_and_money_requires_one() -> None:
    """D30: each POST, PATCH and DELETE takes a key; where money moves it must be there."""
    for operation in OPERATIONS:
        assert (operation.method == "GET") == (operation.key is Key.NONE), operation.name
    assert [each.name for each in OPERATIONS if each.key is Key.REQUIRED] == ["confirm_quote", "confirm_start"]


def test_a_path_names_at_most_its_one_id() -> None:
    """Paths are templates with a single `{id}`."""
    for operation in OPERATIONS:
        assert re.findall(r"\{(\w+)\}", operation.path) in ([], ["id"])


_ODD = [
    b'{"seats": false}',
    b'{"seats": "3"}',
    b'{"seats": 3.0}',
    b'{"sets": 3}',
    b"{}",
    b'{"cancel": 1}',
    b'{"cancel": false}',
    b'{"pay_overdue": 1}',
]


@pytest.mark.parametrize("body", _ODD)
def test_a_change_is_read_strictly(body: bytes) -> None:
    """`false` is not 0 seats, and a misspelt field is an error instead of a silent nothing."""
    with pytest.raises(ValidationError):
        Change.model_validate_json(body)


def test_a_request_is_decided_at_most_once_in_a_batch() -> None:
    """Accepting and declining the same request in one breath is refused."""
    seen = Seen(id="trf_1", version=1)
    with pytest.raises(ValidationError, match="each request once"):
        Decisions(accept=(seen,), decline=(seen,))


def test_an_empty_batch_says_what_is_missing() -> None:
    """A batch with nothing in it is a mistake, not a success."""
    with pytest.raises(ValidationError, match="users to add or to remove"):
        UserBatch()


@pytest.mark.parametrize("body", ["{}", '{"advance": "1 month"}', '{"now": "2026-12-01T00:00:00Z", "advance": "P1M"}'])
def test_the_clock_takes_exactly_one_way_to_say_when(body: str) -> None:
    """Either an instant or an ISO 8601 duration."""
    with pytest.raises(ValidationError):
        ClockBody.model_validate_json(body)


def test_an_event_of_a_newer_server_is_kept_by_its_name() -> None:
    """One unknown kind may not make a page of events, or the whole first screen, unreadable."""
    event = Event.model_validate(
        {
            "id": "evt_1",
            "type": "plan.changed",
            "created_at": "2026-11-21T14:02:00Z",
            "actor": {"label": "Jane"},
            "object": {"type": "plan", "id": "sub_1", "label": "Enterprise"},
        }
    )
    assert event.type == "plan.changed"
    assert '"type":"plan.changed"' in event.model_dump_json()
    assert "plan.changed" not in [kind.value for kind in EventKind]
