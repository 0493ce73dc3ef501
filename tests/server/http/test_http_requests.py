"""What the platform does with any request, before a use case sees it."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from builders import Team, make_organisation, running

from server.http import tokens as token_text

MEBIBYTE = 1024 * 1024


@pytest.fixture
async def team(tmp_path: Path) -> AsyncIterator[Team]:
    """One organisation on a server that takes bodies of at most one mebibyte."""
    async with running(tmp_path, max_body=MEBIBYTE) as server:
        yield make_organisation(server)


def code_of(answer: httpx.Response) -> str:
    """The problem's code, after checking that it is a whole problem."""
    problem: dict[str, Any] = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["status"] == answer.status_code
    assert problem["request_id"] == answer.headers["x-request-id"]
    return str(problem["code"])


async def test_every_answer_is_marked(team: Team) -> None:
    """Each answer has a request id and may not be stored, also one for an address that does not exist."""
    async with team.client() as api:
        for path in ("/v1/me", "/nowhere", "/healthz", "/readyz", "/openapi.json"):
            answer = await api.get(path)
            assert answer.headers["cache-control"] == "no-store"
            assert answer.headers["x-request-id"].startswith("req_")


@pytest.mark.parametrize(
    ("offered", "taken"), [("abc-1.2:3_4", True), ("x" * 101, False), ("a b", False), ("", False), ("ü", False)]
)
async def test_request_id_is_taken_or_made(team: Team, offered: str, taken: bool) -> None:  # noqa: FBT001 - a table
    """A sane request id is echoed; any other is replaced, never reflected."""
    async with team.client() as api:
        answer = await api.get("/v1/me", headers={b"X-Request-Id": offered.encode()})
    assert (answer.headers["x-request-id"] == offered) is taken


async def test_unknown_address_and_method(team: Team) -> None:
    """404 is a problem; 405 names every method there is, also in Allow."""
    async with team.client() as api:
        assert code_of(await api.get("/v1/none")) == "not_found"
        assert code_of(await api.get("/v1/me/")) == "not_found"
        answer = await api.put("/v1/users")
        assert code_of(answer) == "method_not_allowed"
        assert answer.headers["allow"] == "GET, HEAD, POST"
        assert (await api.request("TRACE", "/v1/me")).status_code == 405
        assert (await api.head("/v1/me")).status_code == 200
        assert code_of(await api.post("/healthz")) == "method_not_allowed"


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        "Bearer hc_short",
        "Basic dXNlcjpwYXNz",
        "Bearer " + "hc_" + "0" * 69,
        "Bearer hc_" + "é" * 69,
        "Token {token}",
        "Bearer {token}x",
    ],
)
async def test_a_wrong_token_is_refused(team: Team, header: str | None) -> None:
    """Whatever is wrong with a token, the answer is the same 401."""
    headers = {} if header is None else {b"Authorization": header.format(token=team.token).encode()}
    async with team.server.client() as api:
        answer = await api.get("/v1/me", headers=headers)
    assert code_of(answer) == "not_authenticated"
    assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_one_changed_letter_makes_another_token(team: Team) -> None:
    """A token with any letter changed is refused, wherever it is."""
    async with team.server.client() as api:
        for place in (3, 25, 40, 65, 71):
            other = team.token[:place] + ("a" if team.token[place] != "a" else "b") + team.token[place + 1 :]
            answer = await api.get("/v1/me", headers={"Authorization": f"Bearer {other}"})
            assert code_of(answer) == "not_authenticated"


async def test_the_id_of_a_token_is_not_enough(team: Team) -> None:
    """A token with a known id and a right checksum, but another secret, is refused."""
    known = token_text.token_id(team.token)
    body = team.token[: -token_text.CHECKSUM - token_text.SECRET] + "a" * token_text.SECRET
    forged = body + token_text.checksum(body)
    assert token_text.token_id(forged) == known
    async with team.server.client(forged) as api:
        assert code_of(await api.get("/v1/me")) == "not_authenticated"


HOSTILE = {
    "nothing": b"",
    "half": b'{"email": "a@b.example"',
    "two keys": b'{"email": "a@b.example", "email": "c@d.example"}',
    "two keys inside": b'{"email": {"a": 1, "a": 2}}',
    "utf-16": '{"email": "a@b.example"}'.encode("utf-16"),
    "byte order mark": b'\xef\xbb\xbf{"email": "a@b.example"}',
    "latin-1": b'{"email": "\xe9@b.example"}',
    "NUL": b'{"email": "a@b.example"}\x00',
    "raw NUL inside": b'{"email": "a\x00@b.example"}',
    "half a character": b'{"email": "\\ud800@b.example"}',
    "list": b"[]",
    "string": b'"a@b.example"',
    "null": b"null",
    "number": b"1" * 5000,
    "deep": b'{"a":' * 8_000 + b"1" + b"}" * 8_000,
    "deep list": b"[" * 60_000,
    "NaN": b'{"email": NaN}',
    "Infinity": b'{"email": -Infinity}',
    "wrong type": b'{"email": false}',
    "a list for text": b'{"email": ["a@b.example"]}',
    "unknown field": b'{"email": "a@b.example", "admin": true}',
    "too long": b'{"email": "' + b"a" * 300 + b'@b.example"}',
    "comment": b'{"email": "a@b.example"} // hello',
    "two bodies": b'{"email": "a@b.example"}{"email": "a@b.example"}',
    "escaped control": b'{"email": "a@b.example", "first_name": "\\u001b[31m"}',
    "escaped NUL": b'{"email": "a@b.example", "first_name": "\\u0000"}',
    "right to left": '{"email": "a@b.example", "first_name": "\u202egnp"}'.encode(),
    "no address": b'{"email": "nobody"}',
    "address with a blank": b'{"email": "no body@b.example"}',
    "huge label": b'{"email": "a@' + b"b" * 70 + b'.example"}',
}


@pytest.mark.parametrize("raw", HOSTILE.values(), ids=HOSTILE.keys())
async def test_a_hostile_body_is_a_plain_refusal(team: Team, raw: bytes) -> None:
    """No body makes the server fail, none is understood in two ways, and none changes anything."""
    async with team.client() as api:
        answer = await api.post("/v1/users", content=raw, headers={"Content-Type": "application/json"})
        assert code_of(answer) in {"bad_request", "validation_failed", "unsafe_text", "invalid_email"}
        assert 400 <= answer.status_code < 500
        assert (await api.get("/v1/users?count=true")).json()["total"] == 0


async def test_pointers_name_the_field(team: Team) -> None:
    """What is wrong is named by a JSON pointer, without repeating the value."""
    async with team.client() as api:
        answer = await api.post("/v1/users/batch", json={"add": [{"email": "a@b.example", "a/b~c": 1}], "mode": "x"})
        assert {each["pointer"] for each in answer.json()["errors"]} == {"/add/0/a~1b~0c", "/mode"}
        answer = await api.post("/v1/users", json={"email": "a@b.example", "last_name": "\u2066secret"})
        assert [each["pointer"] for each in answer.json()["errors"]] == ["/last_name"]
        assert "secret" not in answer.text


async def test_joiners_are_text(team: Team) -> None:
    """Zero-width joiners, which several scripts need, are kept as they are."""
    name = "نامه\u200cای \u200d"
    async with team.client() as api:
        answer = await api.post("/v1/users", json={"email": "a@b.example", "first_name": name})
    assert answer.json()["first_name"] == name.strip()


@pytest.mark.parametrize("media", ["", "text/plain", "application/json; charset=utf-16", "application/xml"])
async def test_only_json_in_utf8(team: Team, media: str) -> None:
    """Any other media type is 415."""
    async with team.client() as api:
        answer = await api.post("/v1/users", content=b'{"email": "a@b.example"}', headers={"Content-Type": media})
    assert code_of(answer) == "unsupported_media_type"


async def test_a_body_has_a_limit(team: Team) -> None:
    """Too much is refused by what is announced, and by what comes when nothing was announced."""

    async def trickle() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b" " * (MEBIBYTE // 32)

    headers = {"Content-Type": "application/json"}
    async with team.client() as api:
        assert code_of(await api.post("/v1/users", content=b" " * (MEBIBYTE + 1), headers=headers)) == "body_too_large"
        assert code_of(await api.post("/v1/users", content=trickle(), headers=headers)) == "body_too_large"


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=501",
        "limit=x",
        "limit=1&limit=2",
        "color=red",
        "offset=-1",
        "offset=1&cursor=abc",
        "cursor=abc",
        "cursor=%00",
        "cursor=W10",
        "cursor=WyJuYW1lIiwiYSIsOTk5OTk5OTk5OTk5OTk5OTk5OTk5XQ",
        "cursor=WyJuYW1lIiwiXHVkODAwIiwxXQ",
        "search=%00",
        "sort=size",
        "status=ACTIVE",
        "search=" + "x" * 201,
    ],
)
async def test_an_odd_query_is_refused(team: Team, query: str) -> None:
    """Unknown, doubled, contradicting or unreadable parameters are refused, not ignored."""
    async with team.client() as api:
        assert code_of(await api.get(f"/v1/users?{query}")) == "validation_failed"
        assert code_of(await api.get(f"/v1/me?{query}")) == "validation_failed"


@pytest.mark.parametrize(
    "search", ["%22", "'", "*", "a* OR b*", "(", "NEAR(a b)", "%", "_", "\\", "a\tb", "é" * 50, "“"]
)
async def test_a_search_is_only_text(team: Team, search: str) -> None:
    """Nothing in a search is an operator."""
    async with team.client() as api:
        for text in (search, search * 4):
            answer = await api.get("/v1/users", params={"search": text[:200], "count": "true"})
            assert (answer.status_code, answer.json()["total"]) == (200, 0)


@pytest.mark.parametrize("path", ["usr_", "usr_ü", "..%2Fme", "usr_1%00", "0", "usr_" + "a" * 200, "USR_1"])
async def test_an_odd_id_is_not_found(team: Team, path: str) -> None:
    """An id that can't be one is simply not there."""
    async with team.client() as api:
        assert (await api.get(f"/v1/users/{path}")).status_code == 404


@pytest.mark.parametrize("etag", ["3", '"3', "W/3", '"3" "4"'])
async def test_if_match_takes_etags(team: Team, etag: str) -> None:
    """What is no ETag is refused instead of being ignored."""
    async with team.client() as api:
        created = (await api.post("/v1/users", json={"email": "a@b.example"})).json()
        answer = await api.delete(f"/v1/users/{created['id']}", headers={"If-Match": etag})
    assert code_of(answer) == "bad_request"
