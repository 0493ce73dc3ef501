"""What a page asks of a use case: the one that the API's call runs, in one transaction, by whoever is signed in."""

from dataclasses import replace
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from contract.base import Body, Query
from server.http import bodies
from server.http.binding import request_id
from server.http.call import Asked, Handler, Reply, make_call
from server.http.problems import ServerProblem, field_errors, validation_failed
from server.pages import session
from server.pages.page import Visit

B = TypeVar("B", bound=Body)


def read(visit: Visit, handler: Handler, *, query: Query | None = None, id: str = "") -> Any:  # noqa: A002
    """What a use case answers that changes nothing; `id` is the one of the path.

    Raises:
        ServerProblem: as the use case says.
    """
    services = visit.services
    with services.database.read() as connection:
        call = make_call(_asked(visit, None, query, id), connection, services.clock.now())
        return _answer(handler(call))


async def change(visit: Visit, handler: Handler, body: Body | None = None, *, id: str = "") -> Any:  # noqa: A002
    """Have something done, whole or not at all, with its events and letters; answers what the call would.

    Raises:
        ServerProblem: as the use case says; what it leaves behind (a wrong guess) is written all the same.
        SignedOutError: the session ended while this waited for the database.
    """
    services = visit.services
    try:
        async with services.database.writing() as connection:
            visit = replace(visit, principal=session.still(visit.who, services))
            call = make_call(_asked(visit, body, None, id), connection, services.clock.now())
            answer = _answer(handler(call))
            call.record()
            return answer
    except ServerProblem as error:
        if error.leaves:
            async with services.database.writing() as connection:
                error.leaves(connection)
        raise


def filled(model: type[B], **fields: Any) -> B:
    """A form as the body of a call.

    Raises:
        ServerProblem: a field is not right, or holds characters that nobody sees.
    """
    try:
        body = model.model_validate(fields)
    except ValidationError as error:
        raise validation_failed(field_errors(error)) from error
    bodies.refuse_unsafe(body)
    return body


def _asked(visit: Visit, body: Body | None, query: Query | None, identity: str) -> Asked:
    return Asked(
        principal=visit.who,
        services=visit.services,
        http=visit.http,
        body=body,
        query=query,
        id=identity,
        request_id=request_id(visit.http),
    )


def _answer(answer: BaseModel | Reply) -> BaseModel:
    return answer.answer if isinstance(answer, Reply) else answer
