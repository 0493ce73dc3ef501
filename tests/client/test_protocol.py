"""What goes onto the wire and what comes off it, without a wire."""

import inspect
import json
import typing
from email.utils import format_datetime

import pytest
from client_desk import NOW, me, problem, user
from hypothesis import given
from hypothesis import strategies as st

from client import api
from client.errors import (
    BadAnswer,
    HeadcountError,
    NotAllowed,
    NotFound,
    Refused,
    ServerBusy,
    ServerFault,
    UnsafeAddress,
)
from client.protocol import Reply, build, build_stream, new_key, request_id_of, understand
from contract import operations as op
from contract.operation import Operation
from contract.pages import Page
from contract.people import Me
from contract.problems import ProblemCode
from contract.retry_after import LONGEST, retry_after_seconds
from contract.users import NewUser, User, UserChanges, UserSort, UsersQuery

JSON = {"content-type": "application/json; charset=utf-8"}
PROBLEM = {"content-type": "application/problem+json"}


def test_a_read_is_a_path_and_a_query() -> None:
    """Only what differs from the contract's defaults is in the query, quoted."""
    call = build(op.LIST_USERS, query=UsersQuery(search="Zoë & co", sort=UserSort.EMAIL_DESCENDING, count=True))
    assert call.target == "/v1/users?count=true&search=Zo%C3%AB+%26+co&sort=-email"
    assert not call.is_command
    assert build(op.LIST_USERS, query=UsersQuery()).target == "/v1/users"


def test_a_command_carries_key_version_and_body() -> None:
    """A change names its key, the version it was made on, and only the fields that change."""
    call = build(op.CHANGE_USER, id="usr_1", body=UserChanges(position=""), version=7, key="k-1")
    assert (call.path, call.headers["If-Match"], call.headers["Idempotency-Key"]) == ("/v1/users/usr_1", '"7"', "k-1")
    assert json.loads(call.body or b"") == {"position": ""}
    assert call.is_command


@pytest.mark.parametrize(
    "identifier",
    ["../../admin", "usr_1/../../x", "usr_1\n", "usr_", "USR_1", "usr_1?x=1", "https://evil.example", "", "usr_é"],
)
def test_ids_that_change_the_address_are_refused(identifier: str) -> None:
    """Nothing is built for an id that is not one."""
    with pytest.raises(UnsafeAddress):
        build(op.GET_USER, id=identifier)
    with pytest.raises(UnsafeAddress):
        build_stream(identifier)


@pytest.mark.parametrize("key", ["", "two words", "line\r\nX-Evil: 1", "x" * 256, "schlüssel"])
def test_keys_are_visible_ascii(key: str) -> None:
    """A key can't smuggle a header in."""
    with pytest.raises(UnsafeAddress):
        build(op.ADD_USER, body=NewUser(email="a@example.org"), key=key)


def test_an_id_goes_where_the_path_has_one() -> None:
    """A call with an id too many or too few is a mistake in the program."""
    with pytest.raises(ValueError, match="takes no id"):
        build(op.ME, id="usr_1")
    with pytest.raises(ValueError, match="takes an id"):
        build(op.GET_USER)


def test_keys_differ() -> None:
    """Each intention has a key of its own."""
    assert new_key() != new_key()


def test_an_answer_is_the_model() -> None:
    """A success becomes what the contract says."""
    page = Page[User](items=(user(1), user(2)), next_cursor="c", has_more=True)
    assert understand(Page[User], Reply(200, JSON, page.model_dump_json().encode())) == page


def test_newer_servers_may_say_more() -> None:
    """A field that is not known is ignored."""
    body = {**me().model_dump(mode="json"), "mood": "sunny"}
    assert understand(Me, Reply(200, JSON, json.dumps(body).encode())) == me()


@pytest.mark.parametrize(
    "reply",
    [
        Reply(200, {"content-type": "text/html"}, b"<html>sign in to the wifi</html>"),
        Reply(200, {}, me().model_dump_json().encode()),
        Reply(200, JSON, me().model_dump_json().encode()[:-5]),
        Reply(200, JSON, b""),
        Reply(200, JSON, b"[]"),
        Reply(200, JSON, b"null"),
        Reply(200, JSON, b"\xff\xfe{}"),
        Reply(200, JSON, b"[" * 100_000),
        Reply(200, JSON, me().model_dump_json().replace('"owner"', "17").encode()),
        Reply(200, JSON, problem(ProblemCode.NOT_FOUND).model_dump_json().encode()),
        Reply(200, PROBLEM, problem(ProblemCode.NOT_FOUND).model_dump_json().encode()),
        Reply(204, {}, b""),
        Reply(302, {"location": "https://evil.example/"}, b""),
        Reply(404, {"content-type": "text/html"}, b"<html>nginx</html>"),
        Reply(404, PROBLEM, b"[" * 100_000),
        Reply(404, PROBLEM, b"[1]"),
        Reply(404, PROBLEM, b"{"),
        Reply(999, {}, b""),
    ],
)
def test_lies_are_bad_answers(reply: Reply) -> None:
    """Whatever comes back that is not an answer of this API is called that."""
    with pytest.raises(BadAnswer) as caught:
        understand(Me, reply)
    assert ("evil" in str(caught.value)) is (reply.status == 302), "where a redirect leads is said, and nothing else"


def test_bad_answers_do_not_repeat_the_data() -> None:
    """What an answer held reaches no log, not even through the chain of errors."""
    body = me().model_dump_json().replace('"owner"', '"Mr Secret"').encode()
    with pytest.raises(BadAnswer) as caught:
        understand(Me, Reply(200, JSON, body))
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    assert "Secret" not in str(caught.value)


def test_a_refusal_is_its_error() -> None:
    """A problem becomes the class of its code with all that the server told."""
    body = problem(ProblemCode.NOT_ALLOWED, detail="Only the owner may.", data={"needed_role": "owner"})
    with pytest.raises(NotAllowed, match="Only the owner may") as caught:
        understand(Me, Reply(403, PROBLEM, body.model_dump_json().encode(), "req_1"))
    assert (caught.value.needed_role, caught.value.request_id) == ("owner", "req_1")


@pytest.mark.parametrize(("status", "kind"), [(404, NotFound), (418, Refused), (500, ServerFault), (503, ServerBusy)])
def test_codes_of_newer_servers_fall_back_to_the_status(status: int, kind: type[HeadcountError]) -> None:
    """A code that is not known here still has the meaning of its status, and its sentence."""
    body = {"title": "New", "detail": "Something new.", "status": status, "code": "brand_new"}
    with pytest.raises(kind, match="Something new"):
        understand(Me, Reply(status, PROBLEM, json.dumps(body).encode()))


def test_proxies_speak_for_themselves() -> None:
    """A 502 with a page of HTML is a fault on the way, not a lie."""
    with pytest.raises(ServerFault, match="502"):
        understand(Me, Reply(502, {"content-type": "text/html"}, b"<html>"))


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("7", 7.0), ("0", 0.0), ("-3", None), ("", None), ("soon", None), ("٣", None), ("1.5", None)],
)
def test_retry_after_in_seconds(value: str, seconds: float | None) -> None:
    """`Retry-After` is a number of seconds, or nothing."""
    assert retry_after_seconds({"retry-after": value}) == seconds


def test_retry_after_as_a_date() -> None:
    """A date is counted from the server's own clock."""
    later = format_datetime(NOW.replace(minute=31), usegmt=True)
    assert retry_after_seconds({"retry-after": later, "date": format_datetime(NOW, usegmt=True)}) == 60.0
    assert retry_after_seconds({"retry-after": later}) is None


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("Sun, 06 Nov 1994 08:50:37 GMT", 60.0),
        ("Sunday, 06-Nov-94 08:50:37 GMT", 60.0),
        ("Sun Nov  6 08:50:37 1994", 60.0),
        ("Sun, 06 Nov 1994 08:50:37 -0000", 60.0),
        ("Sun, 06 Nov 1994 09:50:37 +0100", 60.0),
        ("Sun, 06 Nov 1894 08:50:37 GMT", 0.0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", LONGEST),
        ("9" * 400, LONGEST),
        ("999999999", LONGEST),
        ("Sun, 99 Nov 1994 08:50:37 GMT", None),
        ("Sun, 06 Nov 1994 08:50:37 +9999999999", None),
        ("Sun, 06 Nov 99999999999999999999 08:50:37 GMT", None),
        ("0 " * 5000, None),
    ],
)
def test_every_retry_after_is_a_wait_that_makes_sense(value: str, seconds: float | None) -> None:
    """All three forms of a date, the past, the far future and nonsense: from 0 to a week, or no hint at all."""
    date = "Sun, 06 Nov 1994 08:49:37 GMT"
    assert retry_after_seconds({"retry-after": value, "date": date}) == seconds


@pytest.mark.parametrize(("told", "seconds"), [(-5, 0.0), (7, 7.0), (10**30, LONGEST)])
def test_a_wait_in_the_body_is_bounded_too(told: int, seconds: float) -> None:
    """What a problem says in its body makes sense in the same bounds."""
    body = {"title": "Busy", "status": 503, "code": "server_busy", "retry_after": told}
    with pytest.raises(ServerBusy) as caught:
        understand(Me, Reply(503, PROBLEM, json.dumps(body).encode()))
    assert caught.value.retry_after == seconds


@pytest.mark.parametrize(("theirs", "ours"), [("req-9", "req-9"), ("", "o"), ("a\x1b[2J", "o"), ("x" * 200, "o")])
def test_request_ids_are_harmless(theirs: str, ours: str) -> None:
    """A server's request id is shown only when it is plain."""
    assert request_id_of({"x-request-id": theirs}, "o") == ours


@given(st.integers(0, 999), st.sampled_from([JSON, PROBLEM, {}]), st.binary(max_size=200))
def test_no_bytes_break_it(status: int, headers: dict[str, str], body: bytes) -> None:
    """Any status with any body is an answer or one of our errors."""
    with pytest.raises(HeadcountError):
        understand(Me, Reply(status, headers, body))


def test_every_operation_has_a_method_of_its_type() -> None:
    """Each call of the contract is a method that returns what the contract promises; of a saved file, its size.

    `save_events` is no call of its own: it asks for page after page.
    """
    source = "".join(inspect.getsource(part) for part in api.Client.__mro__ if part.__module__.startswith("client."))
    promised = {
        name: typing.get_type_hints(method)["return"]
        for name, method in inspect.getmembers(api.Client, inspect.iscoroutinefunction)
        if not name.startswith("_") and name not in {"aclose", "save_events"}
    }
    constants = {name: value for name, value in vars(op).items() if isinstance(value, Operation) and not value.stream}
    for name, operation in constants.items():
        method = next(each for each in promised if f"op.{name}," in inspect.getsource(getattr(api.Client, each)))
        assert promised[method] == (int if operation.download else operation.answer), name
    assert source.count("op.") == len(constants) == len(promised)
