"""Who may do what, and that two organisations never see each other (D28)."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from builders import Team, add_users, make_organisation, running

from contract.operation import Operation
from contract.operations import OPERATIONS
from contract.people import PERMISSIONS, Permission, Role
from server.http.auth import needed_role

ROLES = tuple(Role)


@pytest.fixture
async def team(tmp_path: Path) -> AsyncIterator[Team]:
    """One organisation with some users."""
    async with running(tmp_path) as server:
        yield make_organisation(server, users=3)


READERS = {
    "": {Role.OWNER, Role.ADMIN, Role.BILLING, Role.VIEWER},
    "imports": {Role.OWNER, Role.ADMIN},
    "tokens": {Role.OWNER},
    "removed": {Role.OWNER},
    "webhooks": {Role.OWNER},
    "decisions": {Role.OWNER, Role.ADMIN},
}
"""Who may read what, by the first part of the path or its last; everybody may read their own account."""

MANAGED = {"users", "members", "invitation-codes", "imports", "transfers"}
WRITES = {
    Role.OWNER: MANAGED | {"confirm", "ownership", "sandbox", "subscription", "tokens", "webhooks"},
    Role.ADMIN: MANAGED | {"confirm"},
    Role.BILLING: {"confirm"},
    Role.VIEWER: set(),
    Role.MEMBER: set(),
}
"""What each role may change, as the table before D28 has it; everybody but a member may ask for quotes."""


@pytest.mark.parametrize("role", ROLES)
async def test_a_role_changes_only_what_the_table_says(team: Team, role: Role) -> None:
    """A viewer writes nothing, billing only pays, an admin leaves the sandbox alone, a member has its account alone."""
    token = team.token if role is Role.OWNER else team.token_of(role)
    allowed = set()
    async with team.server.client(token) as api:
        for operation in OPERATIONS:
            if operation.stream:
                continue
            status = (await api.request(*request_of(operation))).status_code
            if operation.permission is Permission.OWN_ACCOUNT:
                assert status != 403, operation.name
            elif operation.method == "GET":
                parts = operation.path.split("/")[2:]
                readers = READERS.get(parts[-1]) or READERS.get(parts[0]) or READERS[""]
                assert (status == 403) is (role not in readers), operation.name
            elif status != 403:
                allowed.add("confirm" if operation.path.endswith("confirm") else operation.path.split("/")[2])
    asks = set() if role is Role.MEMBER else {"quotes"}
    assert allowed == WRITES[role] | asks


def request_of(operation: Operation) -> tuple[str, str]:
    """Method and an address whose object does not exist."""
    return operation.method, operation.path.replace("{id}", "zzz_1")


@pytest.mark.parametrize("role", ROLES)
async def test_each_role_may_do_its_part(team: Team, role: Role) -> None:
    """Every operation is refused to every role without its permission, naming the role needed, and to no other."""
    token = team.token if role is Role.OWNER else team.token_of(role)
    async with team.server.client(token) as api:
        assert set((await api.get("/v1/me")).json().get("may", ())) == PERMISSIONS[role]
        for operation in OPERATIONS:
            if operation.stream:
                continue
            answer = await api.request(*request_of(operation))
            refused = answer.status_code == 403
            assert refused == (operation.permission not in PERMISSIONS[role]), operation.name
            if refused:
                assert answer.json()["code"] == "not_allowed"
                assert answer.json()["data"]["needed_role"] == needed_role(operation.permission).value


async def test_a_member_without_rights_is_told_so_on_the_stream(team: Team) -> None:
    """The stream checks the role too."""
    async with team.server.client(team.token_of(Role.MEMBER)) as api:
        assert (await api.get("/v1/events/stream")).status_code == 403


async def test_two_organisations_never_meet(team: Team) -> None:
    """Everything the other organisation has is 404, or not in any list; and no list shows the other's ids."""
    other = make_organisation(team.server, "Other plc")
    theirs = add_users(other, 2)
    async with team.client() as mine, other.client() as api:
        secrets = {user.id for user in theirs} | {other.organisation_id, other.subscription_id, other.account_id}
        for user in theirs:
            assert (await api.get(f"/v1/users/{user.id}")).status_code == 200
            for method, path in (
                ("GET", f"/v1/users/{user.id}"),
                ("DELETE", f"/v1/users/{user.id}"),
                ("POST", f"/v1/users/{user.id}/restore"),
            ):
                assert (await mine.request(method, path)).status_code == 404
            assert (await mine.patch(f"/v1/users/{user.id}", json={"first_name": "X"})).status_code == 404
        batch = (await mine.post("/v1/users/batch", json={"remove": [user.id for user in theirs]})).json()
        assert {each["problem"]["code"] for each in batch["results"]} == {"not_found"}
        reads = [each for each in OPERATIONS if each.method == "GET" and "{" not in each.path and not each.stream]
        for operation in reads:
            answer = await mine.get(operation.path)
            assert answer.status_code == 200
            assert not any(secret in answer.text for secret in secrets), operation.name
        assert (await mine.get("/v1/users", params={"search": "user1", "count": "true"})).json()["total"] == 1
        assert (await api.get("/v1/users?count=true")).json()["total"] == 2


async def test_an_account_of_the_other_is_never_taken_over(team: Team) -> None:
    """An address that belongs to an account outside needs a transfer (D18)."""
    other = make_organisation(team.server, "Other plc")
    async with team.client() as api:
        answer = await api.post("/v1/users", json={"email": "OWNER@other.example"})
        assert (answer.status_code, answer.json()["code"]) == (409, "needs_transfer")
    assert other.account_id not in answer.text
