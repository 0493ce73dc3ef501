"""What an owner does about members: role and limit, out of the organisation and back, handing the subscription over."""

from pathlib import Path

import pytest
from harness import Desk, Office, serving

from client.errors import NotAuthenticated
from contract.members import MemberChanges
from contract.ownership import NewOwnershipOffer
from contract.people import Role

ACCESS_KEYS = ("e role…", "d remove…", "h hand over…")


async def _on(desk: Desk, email: str) -> None:
    """The cursor on the member with this address."""
    await desk.press("slash")
    await desk.type(email)
    await desk.press("enter")
    await desk.until(lambda: desk.table.row is not None and desk.table.row.item.email == email)


async def _role(office: Office, email: str) -> str:
    async with office.client(Role.OWNER) as owner:
        return str(next(each for each in (await owner.members()).items if each.email == email).role)


async def test_a_role_and_a_limit_are_given_in_one_dialog(tmp_path: Path) -> None:
    """It says what each role may do, takes the limit in the currency, and nothing is sent before the y."""
    with serving(tmp_path) as office:
        async with office.at_work(area="members") as desk:
            await _on(desk, "viewer@tidewheel.example")
            await desk.press("e")
            assert "viewer sees all of it, and changes nothing (now)" in desk.words
            await desk.press("y")
            assert "Nothing is changed: j and k choose another role." in desk.words
            await desk.press("k", "k")
            assert "Monthly limit EUR [ 0 ]" in desk.words
            await desk.press(*"25.5", "y")
            assert "Type an amount such as 100.00." in desk.words
            await desk.press("0")
            assert desk.wire.calls("PATCH") == []
            await desk.press("y")
            await desk.until(lambda: "is admin now, up to EUR 25.50 a month." in desk.words)
            assert len(desk.wire.calls("PATCH")) == 1
            await desk.settled()
            await desk.press("e", "n", "y")
            await desk.until(lambda: "is admin now." in desk.words)
        async with office.client(Role.OWNER) as owner:
            (member,) = [each for each in (await owner.members()).items if each.email.startswith("viewer@")]
            profile = await owner.member(member.id)
            assert (profile.role, profile.spending_limit) == (Role.ADMIN, None)


async def test_the_main_account_stays_an_owner(tmp_path: Path) -> None:
    """With the reason, before anything is sent: by another role, or by removal."""
    with serving(tmp_path) as office:
        async with office.at_work(area="members") as desk:
            await _on(desk, "ada@tidewheel.example")
            await desk.press("e", "j", "y")
            assert "The main account pays, so it always is an owner" in desk.words
            await desk.press("escape", "d")
            assert "The main account pays, so it stays" in desk.words
            await desk.press("escape", "h")
            assert "You are the main account already" in desk.words
            assert desk.wire.calls("PATCH", "DELETE", "POST") == []


async def test_a_change_by_somebody_else_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    """The role that was read is the role that is changed: otherwise it is refused and said."""
    with serving(tmp_path) as office:
        async with office.at_work(area="members") as desk:
            await _on(desk, "viewer@tidewheel.example")
            await desk.press("e", "k")
            assert desk.table.row is not None
            async with office.client(Role.OWNER) as owner:
                await owner.change_member(desk.table.row.id, MemberChanges(role=Role.OWNER))
            await desk.press("y")
            await desk.settled()
            assert "You read an older version" in desk.words
        assert await _role(office, "viewer@tidewheel.example") == "owner"


async def test_a_member_is_removed_and_brought_back(tmp_path: Path) -> None:
    """The summary says what ends; the tokens open nothing any more; z brings the member back, also after a restart."""
    with serving(tmp_path) as office:
        async with office.at_work(area="members") as desk:
            await _on(desk, "billing@tidewheel.example")
            await desk.press("d")
            assert "(billing) is no longer a member of Tidewheel Works." in desk.words
            assert "1 token of theirs for Tidewheel Works ends." in desk.words
            await desk.press("enter")
            assert desk.wire.calls("DELETE") == []
            await desk.press("d", "y")
            await desk.until(lambda: "is no longer a member; 1 token ended with it. z undoes it." in desk.words)
            async with office.client(Role.BILLING) as gone:
                with pytest.raises(NotAuthenticated):
                    await gone.overview()
        async with office.at_work(area="members") as desk:
            await desk.press("z")
            assert "is billing of the organisation again." in desk.words
            await desk.press("y")
            await desk.until(lambda: "is back as billing." in desk.words)
        assert await _role(office, "billing@tidewheel.example") == "billing"


async def test_a_user_who_is_removed_frees_the_seat(tmp_path: Path) -> None:
    """What becomes of the seat stands in the summary, as for any removal."""
    with serving(tmp_path) as office:
        async with office.at_work(area="members", size=(120, 40)) as desk:
            await _on(desk, "bjorn@tidewheel.example")
            await desk.press("d")
            assert "This user loses access now. Accounts and data stay." in desk.words
            assert "takes a freed seat and becomes active" in desk.words
            await desk.press("y")
            await desk.until(lambda: "is no longer a member" in desk.words)
            await desk.settled()
            await desk.press("z", "y")
            await desk.until(lambda: "is back as a member." in desk.words)


async def test_the_subscription_is_offered_and_the_offer_withdrawn(tmp_path: Path) -> None:
    """Both sides stand in the dialog; only one offer at a time; h again withdraws it."""
    with serving(tmp_path) as office:
        async with office.at_work(area="members") as desk:
            await _on(desk, "admin@tidewheel.example")
            await desk.press("h")
            assert "becomes the main account: owner, and pays from then on." in desk.words
            assert "You are afterwards:" in desk.words
            await desk.press("j", "y")
            await desk.until(lambda: "h withdraws it." in desk.words)
            async with office.client(Role.OWNER) as owner:
                offer = (await owner.ownership()).offer
                assert offer is not None
                assert (offer.recipient.email, offer.then) == ("admin@tidewheel.example", Role.ADMIN)
            await desk.press("h")
            assert "Withdraw the offer?" in desk.words
            await desk.press("y")
            await desk.until(lambda: "is no longer asked." in desk.words)


@pytest.mark.parametrize("role", [Role.ADMIN, Role.VIEWER])
async def test_nobody_but_an_owner_is_offered_any_of_it(tmp_path: Path, role: Role) -> None:
    """Neither in the keys nor in the palette; a key that is pressed anyway says who can."""
    with serving(tmp_path) as office:
        async with office.at_work(role, area="members", size=(120, 40)) as desk:
            titles = [each.title for each in desk.app.get_system_commands(desk.app.screen)]
            for key in ACCESS_KEYS:
                assert key not in desk.lines[-1]
                assert key[2:] not in titles
            await desk.press("d")
            assert f"Only an owner can remove members: your role is {role.value}." in desk.words


async def test_an_offer_is_accepted_in_the_profile_and_undone(tmp_path: Path) -> None:
    """Both sides agree: the other reads what it means, a second key does it, z undoes it."""
    with serving(tmp_path) as office:
        async with office.client(Role.OWNER) as owner:
            (admin,) = [each for each in (await owner.members()).items if each.email == "admin@tidewheel.example"]
            await owner.offer_ownership(NewOwnershipOffer(to=admin.id, then=Role.BILLING))
        async with office.at_work(Role.ADMIN, area="profile", size=(120, 40)) as desk:
            assert "offers to hand Tidewheel Works over to you" in desk.words
            await desk.press("a")
            assert "you pay for its subscription from now on" in desk.words
            assert "is billing afterwards." in desk.words
            assert desk.wire.calls("POST") == []
            await desk.press("y")
            await desk.until(lambda: "You are the main account of Tidewheel Works now." in desk.words)
            assert "owner of Tidewheel Works" in desk.words
            await desk.press("z")
            await desk.until(lambda: "is the main account again." in desk.words)
        assert await _role(office, "ada@tidewheel.example") == "owner"


async def test_an_offer_is_declined_with_a_reason(tmp_path: Path) -> None:
    """Nothing changes, and it can be offered to somebody else."""
    with serving(tmp_path) as office:
        async with office.client(Role.OWNER) as owner:
            (admin,) = [each for each in (await owner.members()).items if each.email == "admin@tidewheel.example"]
            await owner.offer_ownership(NewOwnershipOffer(to=admin.id))
        async with office.at_work(Role.ADMIN, area="profile") as desk:
            await desk.press("x")
            await desk.type("No budget")
            await desk.press("enter")
            await desk.until(lambda: "Declined." in desk.words)
            assert "hand Tidewheel Works over" not in desk.words
        async with office.client(Role.OWNER) as owner:
            assert (await owner.ownership()).offer is None


async def test_the_main_account_takes_a_seat_and_gives_it_up(tmp_path: Path) -> None:
    """D15: through the summary of every way in; nobody else decides about it."""
    with serving(tmp_path, plan="business") as office:
        async with office.at_work(area="users") as desk:
            await desk.press("o")
            assert "1 fits into a free seat and will be active at once." in desk.words
            assert desk.wire.calls("PATCH") == []
            await desk.press("y")
            await desk.until(lambda: "You are on the List of users: active" in desk.words)
            await desk.press("o")
            assert "You leave the List of users; you stay owner and main account." in desk.words
            await desk.press("y")
            await desk.until(lambda: "You no longer use a seat." in desk.words)
