"""What an owner does about members: role and limit, out of the organisation and back, handing the subscription over."""

from functools import partial

from client.errors import HeadcountError, NotFound
from contract.events import EventKind
from contract.members import Member, MemberProfile, RemovedMember
from contract.ownership import NewOwnershipOffer, Ownership, OwnershipOffer
from contract.pages import MAX_LIMIT, PageQuery
from contract.people import Permission
from contract.subscription import Overview
from contract.tokens import TokenState
from contract.transfers import Reason
from screens.members.role_dialog import RoleDialog
from screens.shared.managed_list import ManagedList
from tui.presentation.errors import told
from tui.presentation.roles import (
    HandingOver,
    RoleQuestion,
    bringing_back,
    brought_back,
    gone,
    offered_line,
    removing,
    withdrawing,
)
from tui.presentation.text import clean

__all__ = ["ACCESS", "Access"]

ACCESS = ("members.role", "members.remove", "members.hand_over")
"""Ids of the commands that are an owner's alone."""

_NOTHING = Reason()


class Access:
    """A list of members has one. `removed` is who was taken out last, here, and can be brought back."""

    def __init__(self, owner: ManagedList) -> None:
        self._owner = owner
        self.removed: RemovedMember | None = None

    def why_not(self, doing: str) -> str:
        """Why this session may not; empty when it may."""
        overview = self._owner.session.overview
        if self._owner.session.read_only:
            return f"This profile is read-only: it can't {doing}."
        if overview is None:
            return "Still connecting: please wait."
        if Permission.MANAGE_ACCESS not in overview.me.may:
            return f"Only an owner can {doing}: your role is {overview.me.role.value}."
        return self._owner.command.why_wait

    def _may(self, doing: str) -> bool:
        if reason := self.why_not(doing):
            self._owner.show_result(reason, "warn")
        return not reason

    # Role and limit.

    def ask_role(self, member: Member) -> None:
        """e: a dialog with the roles."""
        if self._may("give roles"):
            self._owner.run(partial(self._open_role, member), group="question", exclusive=True)

    async def _open_role(self, member: Member) -> None:
        found = await self._looked_up(member)
        if found is None:
            return
        profile, ownership, overview = found
        dialog = RoleDialog(question := RoleQuestion.about(profile, overview, ownership))
        self._owner.open_dialog(dialog, lambda yes: self._set_role(dialog, question) if yes else None)

    def _set_role(self, dialog: RoleDialog, asked: RoleQuestion) -> None:
        question = dialog.question
        if isinstance(question, RoleQuestion):
            self._owner.run(partial(self._send_role, question, asked.member), group="command")

    async def _send_role(self, question: RoleQuestion, member: MemberProfile) -> None:
        owner, changes, name = self._owner, question.changes, clean(member.name, 60)
        words, about = f"changing the role of {name}", f"role {member.id} {member.version}"
        kinds = (EventKind.MEMBER_ROLE_CHANGED, EventKind.MEMBER_CHANGED)
        with owner.commanding(words, changes, *kinds, about=about) as key:
            after = await owner.client.change_member(member.id, changes, version=member.version, key=key)
            limit = f", up to {after.spending_limit} a month" if after.spending_limit else ""
            owner.show_result(f"{clean(after.name, 60)} is {after.role.value} now{limit}.")

    async def _looked_up(self, member: Member) -> tuple[MemberProfile, Ownership, Overview] | None:
        """The member as they are now, who owns what, and the overview; None when that can't be told, which is said."""
        owner = self._owner
        try:
            found = await owner.client.member(member.id), await owner.client.ownership()
        except NotFound:
            owner.show_result(f"{clean(member.name, 60)} is no longer in the directory.", "warn")
            return None
        except HeadcountError as error:
            owner.show_error(told(error))
            return None
        overview = owner.session.overview
        return (*found, overview) if overview is not None and owner.in_front else None

    # Out of the organisation, and back.

    def ask_to_remove(self, member: Member) -> None:
        """d: what ends with it."""
        if self._may("remove members"):
            self._owner.run(partial(self._open_removal, member), group="question", exclusive=True)

    async def _open_removal(self, member: Member) -> None:
        found = await self._looked_up(member)
        if found is None:
            return
        profile, ownership, overview = found
        if why := _stays(profile, ownership):
            self._owner.show_result(why, "warn")
            return
        try:
            tokens = await self._count_tokens(profile)
        except HeadcountError as error:
            self._owner.show_error(told(error))
            return
        self._owner.confirm(
            removing(profile, overview, tokens=tokens),
            lambda: self._owner.run(partial(self._remove, profile), group="command"),
        )

    async def _count_tokens(self, member: MemberProfile) -> int:
        client, many = self._owner.client, 0
        async for page in client.all_pages(client.tokens, PageQuery(limit=MAX_LIMIT)):
            many += sum(each.account_id == member.id and each.state is TokenState.ACTIVE for each in page.items)
        return many

    async def _remove(self, member: MemberProfile) -> None:
        owner, about = self._owner, f"remove {member.id} {member.version}"
        kinds = (EventKind.MEMBER_REMOVED, EventKind.USER_REMOVED)
        with owner.commanding(f"removing {clean(member.name, 60)}", _NOTHING, *kinds, about=about) as key:
            self.removed = await owner.client.remove_member(member.id, version=member.version, key=key)
            owner.show_result(gone(self.removed))
        owner.show_marks()

    def ask_to_bring_back(self) -> None:
        """z: who was removed last, also before a restart."""
        if self._may("bring members back"):
            self._owner.run(self._open_return, group="question", exclusive=True)

    async def _open_return(self) -> None:
        owner, last = self._owner, self.removed
        try:
            last = last or next(iter((await owner.client.removed_members(PageQuery(limit=1))).items), None)
        except HeadcountError as error:
            owner.show_error(told(error))
            return
        if last is None:
            owner.show_result("Nothing to undo: nobody was added here, and no removed member can come back.", "dim")
            return
        owner.confirm(bringing_back(last), lambda: owner.run(partial(self._bring_back, last), group="command"))

    async def _bring_back(self, removed: RemovedMember) -> None:
        owner, about = self._owner, f"restore {removed.id} {removed.removed_at}"
        kinds = (EventKind.MEMBER_RESTORED, EventKind.USER_RESTORED)
        with owner.commanding(f"bringing {clean(removed.name, 60)} back", _NOTHING, *kinds, about=about) as key:
            member = await owner.client.restore_member(removed.id, key=key)
            self.removed = None
            owner.show_result(brought_back(member))
        owner.show_marks()

    # Handing the subscription over.

    def ask_to_hand_over(self, member: Member) -> None:
        """h: an offer to this member; where one is pending, withdraw it."""
        if self._may("hand the subscription over"):
            self._owner.run(partial(self._open_offer, member), group="question", exclusive=True)

    async def _open_offer(self, member: Member) -> None:
        found = await self._looked_up(member)
        if found is None:
            return
        owner, (profile, ownership, overview) = self._owner, found
        main = ownership.main_account
        if main.id != overview.me.account.id:
            owner.show_result(f"Only the main account ({clean(main.name, 60)}) can hand the subscription over.", "warn")
        elif (offer := ownership.offer) is not None:
            owner.confirm(withdrawing(offer), lambda: owner.run(partial(self._withdraw, offer), group="command"))
        elif profile.id == main.id:
            owner.show_result("You are the main account already: choose the member to hand it over to.", "dim")
        else:
            dialog = RoleDialog(HandingOver(profile, overview))
            owner.open_dialog(dialog, lambda yes: self._offer_to(dialog, profile) if yes else None)

    def _offer_to(self, dialog: RoleDialog, member: MemberProfile) -> None:
        question = dialog.question
        if isinstance(question, HandingOver):
            self._owner.run(partial(self._offer, member, question), group="command")

    async def _offer(self, member: MemberProfile, question: HandingOver) -> None:
        owner, body = self._owner, NewOwnershipOffer(to=member.id, then=question.role)
        with owner.commanding(f"asking {clean(member.name, 60)}", body, EventKind.OWNERSHIP_OFFERED) as key:
            owner.show_result(offered_line(await owner.client.offer_ownership(body, key=key)))

    async def _withdraw(self, offer: OwnershipOffer) -> None:
        owner = self._owner
        with owner.commanding("withdrawing it", _NOTHING, EventKind.OWNERSHIP_CANCELLED, about=offer.id) as key:
            await owner.client.cancel_ownership(offer.id, key=key)
            owner.show_result(f"Withdrawn: {clean(offer.recipient.name, 60)} is no longer asked.")


def _stays(member: MemberProfile, ownership: Ownership) -> str:
    """Why a member can't be removed; empty when they can."""
    if member.main_account:
        return "The main account pays, so it stays: it hands the subscription over first (h)."
    if [each.id for each in ownership.owners] == [member.id]:
        return "This is the last owner: make another member an owner first (e)."
    return ""
