"""The directory, told in key presses over the real server."""

from pathlib import Path

import pytest
from harness import Desk, Office, overview_of, serving
from hostile import storable

from contract.members import Member, MembersQuery, NewFromMembers
from contract.people import Role
from contract.users import UserBatch, UserSource, UsersQuery, UserStatus
from screens.members.screen import MembersScreen
from screens.shared.confirm import Confirm
from screens.shared.detail import Detail
from screens.users.screen import UsersScreen
from tui.widgets.bars import ActionBar


async def _members(office: Office, **query: object) -> list[Member]:
    async with office.client() as client:
        page = await client.members(MembersQuery.model_validate({"limit": 500, **query}))
    return list(page.items)


async def _find(desk: Desk, text: str) -> None:
    """Filter, and go back to the list."""
    await desk.press("slash")
    await desk.type(text)
    await desk.press("enter")


async def _free_seats(office: Office, many: int) -> None:
    """So many users go, the unpaid first, so that seats are free."""
    async with office.client() as client:
        page = await client.users(UsersQuery(limit=500, sort="-status"))
        waiting = [user for user in page.items if user.status is UserStatus.NOT_PAID]
        seated = [user for user in page.items if user.status is UserStatus.ACTIVE]
        await client.batch_users(UserBatch(remove=tuple(user.id for user in [*waiting, *seated[:many]])))


async def test_one_member_is_added_and_taken_back(tmp_path: Path) -> None:
    """`a`, the seats worked out, `y`, the result; `z` asks and removes them again; each once."""
    with serving(tmp_path) as office:
        await _free_seats(office, 2)
        async with office.at_work(area="members") as desk:
            await _find(desk, "luca@")
            await desk.press("a")
            assert "Add 1 member to my subscription" in desk.text
            assert "1 fits into a free seat and will be active at once." in desk.words
            assert desk.wire.calls("POST") == []
            await desk.press("enter")
            assert desk.wire.calls("POST") == []
            await desk.press("a")
            await desk.press("y")
            await desk.until(lambda: "1 added" in desk.text)
            await desk.settled()
            assert "✓ Luca D'Angelo  luca@tidewheel.example  ● active" in desk.text
            (luca,) = await _members(office, search="luca@")
            assert luca.status is UserStatus.ACTIVE
            await desk.press("z")
            assert "Undo: remove 1 user again" in desk.text
            await desk.press("y")
            await desk.until(lambda: "1 removed" in desk.text)
            await desk.settled()
            assert desk.wire.calls("POST") == ["POST /v1/members/add-to-subscription", "POST /v1/users/batch"]
            await desk.press("escape", "z")
            assert "Nothing to undo" in desk.text
        (luca,) = await _members(office, search="luca@")
        assert luca.status is None


async def test_many_are_added_and_who_is_a_user_is_left_alone(tmp_path: Path) -> None:
    """All marks, loaded or not: one request with those who are no users, in numbers before and a result each after."""
    with serving(tmp_path) as office:
        before = await _members(office, listed=False)
        async with office.client() as client:
            came = (await client.users(UsersQuery(source=UserSource.MEMBER, count=True))).total or 0
        await _free_seats(office, 1)
        async with office.at_work(area="members") as desk:
            await _find(desk, "listed:no")
            new = desk.table.total
            await desk.press("slash", "escape")
            await desk.press("asterisk", "a")
            assert f"Add {new} members to my subscription" in desk.text
            assert f"1 fits, {new - 1} will be NOT PAID: EUR" in desk.words
            assert "now or with the payment of 1 Dec." in desk.words
            assert "f the first 1" in desk.words
            assert "are on it already: left alone" in desk.words
            await desk.press("y")
            await desk.until(lambda: f"{new} added, {new - 1} of them NOT PAID" in desk.text)
            await desk.settled()
            assert desk.wire.calls("POST") == ["POST /v1/members/add-to-subscription"]
            assert desk.table.mark_count == 0
        assert new > len(before)
        assert await _members(office, listed=False) == []
        async with office.client() as client:
            by_way = await client.users(UsersQuery(source=UserSource.MEMBER, count=True))
        assert by_way.total == came + new


async def test_the_filter_speaks_of_roles_and_the_subscription(tmp_path: Path) -> None:
    """`role:admin`, `listed:no`, `status:not`, any part of a name; a wrong value says which there are."""
    with serving(tmp_path) as office:
        async with office.at_work(area="members") as desk:
            await _find(desk, "role:owner")
            assert desk.names == ["Ada Marlowe"]
            await desk.press("slash", "escape")
            await _find(desk, "listed:no brzecz")
            assert desk.names == ["Grzegorz Brzęczyszczykiewicz"]
            await desk.press("slash", "escape")
            await _find(desk, "status:not")
            assert len(desk.names) == (await overview_of(office)).seats.not_paid
            await desk.press("slash", "escape")
            await _find(desk, "listed:maybe")
            assert "listed: takes yes, no" in desk.text


async def test_a_profile_leads_to_the_user_and_back(tmp_path: Path) -> None:
    """Enter shows the profile; `u` there goes to the user in Users; Enter and `m` there lead back to the profile."""
    with serving(tmp_path) as office:
        async with office.at_work(area="members") as desk:
            await _find(desk, "amelie@")
            await desk.press("enter")
            assert isinstance(desk.app.screen, Detail)
            for fact in ("Amélie Rousseau", "Role        member", "Way in", "● active", "u the user"):
                assert fact in desk.text
            await desk.press("u")
            await desk.until(lambda: isinstance(desk.app.screen, UsersScreen))
            await desk.until(lambda: desk.names == ["Amélie Rousseau"])
            await desk.press("enter")
            assert "m profile" in desk.text
            await desk.press("m")
            await desk.until(lambda: isinstance(desk.app.screen, Detail))
            assert isinstance(desk.app.screen_stack[0], MembersScreen)
            assert "Role        member" in desk.text
            await desk.press("escape")
            assert desk.names == ["Amélie Rousseau"]
            await desk.press("u")
            await desk.until(lambda: isinstance(desk.app.screen, UsersScreen) and desk.names == ["Amélie Rousseau"])


async def test_from_a_profile_to_the_subscription(tmp_path: Path) -> None:
    """A member who is no user has "add to my subscription" in the profile, whatever is marked."""
    with serving(tmp_path) as office:
        async with office.at_work(area="members") as desk:
            await desk.press("space")
            await _find(desk, "luca@")
            await desk.press("enter")
            assert "a add to my subscription…" in desk.text
            await desk.press("a")
            assert "Add 1 member to my subscription" in desk.text
            await desk.press("y")
            await desk.until(lambda: "1 added, NOT PAID" in desk.text)
        assert [each.email for each in await _members(office, status="not_paid", search="luca")]


async def test_somebody_else_was_quicker(tmp_path: Path) -> None:
    """Added by a colleague while the dialog was open: that row is refused by name, the others are done."""
    with serving(tmp_path) as office:
        luca, mans = [(await _members(office, search=name))[0] for name in ("luca@", "mans@")]
        async with office.at_work(area="members") as desk:
            await _find(desk, "listed:no")
            while desk.table.row is None or desk.table.row.id != luca.id:
                await desk.press("j")
            await desk.press("space")
            while desk.table.row is None or desk.table.row.id != mans.id:
                await desk.press("j")
            await desk.press("space", "a")
            assert isinstance(desk.app.screen, Confirm)
            async with office.client() as client:
                await client.add_members(NewFromMembers(ids=(luca.id,)))
            await desk.press("y")
            await desk.until(lambda: "1 added, NOT PAID, 1 not done" in desk.text)
            assert "! Luca D'Angelo" in desk.text
            assert "already on the list" in desk.text
            assert "✓ Måns Åkesson" in desk.text
            await desk.press("z")
            assert "Måns Åkesson" in desk.text
            assert "Undo: remove 1 user again" in desk.text


async def test_the_list_follows_what_others_do(tmp_path: Path) -> None:
    """A colleague adds and removes: the row on the screen says so without a key."""
    with serving(tmp_path) as office:
        async with office.at_work(area="members") as desk:
            await _find(desk, "luca@")
            assert "– no" in desk.text
            (luca,) = await _members(office, search="luca@")
            async with office.client() as client:
                user = await client.add_member(luca.id)
                await desk.until(lambda: "! NOT PAID" in desk.text)
                await client.remove_user(user.id)
                await desk.until(lambda: "– no" in desk.text)


async def test_removed_by_somebody_before_it_was_taken_back(tmp_path: Path) -> None:
    """`z` after a colleague removed them: it is said, and nothing else happens."""
    with serving(tmp_path) as office:
        async with office.at_work(area="members") as desk:
            await _find(desk, "luca@")
            await desk.press("a")
            await desk.press("y")
            await desk.until(lambda: "1 added" in desk.text)
            async with office.client() as client:
                (user,) = (await client.users(UsersQuery(search="luca@"))).items
                await client.remove_user(user.id)
            await desk.settled()
            await desk.press("z", "y")
            await desk.until(lambda: "0 removed, 1 not done" in desk.text)


@pytest.mark.parametrize("how", ["losing", "cut"])
async def test_the_server_is_gone_half_way(tmp_path: Path, how: str) -> None:
    """No answer: nothing is claimed; once more repeats the same key, and everybody is added once."""
    with serving(tmp_path) as office:
        async with office.at_work(area="members") as desk:
            await _find(desk, "luca@")
            await desk.press("a")
            if how == "cut":
                desk.wire.cut = True
            else:
                desk.wire.losing = "/add-to-subscription"
            await desk.press("y")
            await desk.until(lambda: desk.app.screen_stack[0].query_one(ActionBar).result.startswith("!"))
            desk.wire.cut, desk.wire.losing = False, ""
            desk.app.session.retry()
            await desk.settled()
            if how == "cut":
                await desk.press("a")
                await desk.press("y")
                await desk.until(lambda: "1 added" in desk.text)
            assert len(set(desk.wire.keys("/v1/members/add-to-subscription"))) == 1
        (luca,) = await _members(office, search="luca@")
        assert luca.status is UserStatus.NOT_PAID


async def test_a_profile_that_can_not_be_had(tmp_path: Path) -> None:
    """Enter while the server is away says so, and the list stays."""
    with serving(tmp_path) as office:
        async with office.at_work(area="members") as desk:
            desk.wire.failing = "/v1/members/acc"
            await desk.press("enter")
            await desk.until(lambda: desk.app.screen.query_one(ActionBar).result.startswith("!"))
            assert isinstance(desk.app.screen, MembersScreen)
            assert desk.names


@pytest.mark.parametrize("role", [Role.VIEWER, Role.BILLING])
async def test_who_only_looks(tmp_path: Path, role: Role) -> None:
    """They see everybody and their profile, adding is not offered, and its key says why."""
    with serving(tmp_path) as office:
        async with office.at_work(role, area="members") as desk:
            assert "a add" not in desk.text
            await desk.press("a")
            assert f"Your role ({role.value}) can't add users." in desk.text
            await desk.press("escape", "enter")
            assert "add to my subscription" not in desk.text
            assert isinstance(desk.app.screen, Detail)
        assert desk.wire.calls("POST") == []


async def test_a_contract_says_nothing_of_paying(tmp_path: Path) -> None:
    """D15: seats up to the contract's number, no price, no NOT PAID, not even as a filter."""
    with serving(tmp_path, plan="contract") as office:
        async with office.at_work(area="members") as desk:
            await desk.press("a")
            assert "1 fits into a free seat and will be active at once." in desk.words
            for word in ("NOT PAID", "EUR", "renewal", "status:", "pay "):
                assert word not in desk.text
            await desk.press("y")
            await desk.until(lambda: "● active" in desk.text)
            await desk.settled()
            await desk.press("z")
            for word in ("NOT PAID", "EUR", "renewal", "refund", "paid"):
                assert word not in desk.text


async def test_a_plan_for_one_account_says_so(tmp_path: Path) -> None:
    """D17: nobody can be added, and the key says why before anything is asked."""
    with serving(tmp_path, plan="non-commercial") as office:
        async with office.at_work(area="members") as desk:
            await desk.press("a")
            assert "More users need another plan: Professional, Business or Enterprise." in desk.words
        assert desk.wire.calls("POST") == []


async def test_names_made_to_hurt_stay_text(tmp_path: Path) -> None:
    """Whatever somebody is called: nothing of it is control or markup, in the list, the profile or the dialog."""
    with serving(tmp_path, hostile=storable()) as office:
        async with office.at_work(area="members", size=(120, 40)) as desk:
            await _find(desk, "mallory")
            assert desk.table.total > 20
            await desk.press("end", "enter", "escape", "asterisk", "a")
            for char in ("\x1b", "\x9b", "\u202e", "\x07"):
                assert char not in desk.text
