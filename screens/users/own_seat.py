"""The main account's own seat: it is one of the users only if it chooses to be (D15)."""

from functools import partial

from client.errors import HeadcountError
from contract.events import EventKind
from contract.ownership import OwnSeat as Seat
from contract.ownership import OwnSeatChanged
from contract.people import Account, Permission
from contract.subscription import Overview
from contract.users import User
from screens.purchase.flow import PurchaseFlow
from screens.purchase.joining import JoiningFlow
from screens.shared.managed_list import ManagedList
from tui.presentation.additions import Addition
from tui.presentation.confirmation import Summary
from tui.presentation.errors import told
from tui.presentation.seat_choice import Choice, payment_lines
from tui.presentation.seat_sums import vacancy_lines
from tui.presentation.text import clean
from tui.presentation.tones import plain
from tui.presentation.users import outcome, person

__all__ = ["OwnSeat", "may_ask"]


class OwnSeat:
    """What `o` does on the list of users: the same summary as for anybody who joins, or a question before leaving."""

    def __init__(self, owner: ManagedList, purchase: PurchaseFlow) -> None:
        self._owner = owner
        self._joining = JoiningFlow(owner, purchase, decided=self._decided, as_now=self._as_now)

    def ask(self) -> None:
        """Whose list it is decides: only the main account itself."""
        self._owner.run(self._ask, group="question", exclusive=True)

    async def _ask(self) -> None:
        owner = self._owner
        try:
            ownership = await owner.client.ownership()
        except HeadcountError as error:
            owner.show_error(told(error))
            return
        overview = owner.session.overview
        if overview is None or not owner.in_front:
            return
        if ownership.main_account.id != overview.me.account.id:
            who = clean(ownership.main_account.name, 60)
            owner.show_result(f"Only the main account ({who}) decides about its own seat.", "warn")
        elif ownership.uses_seat:
            leave = partial(self._send, Seat(uses=False), "")
            owner.confirm(_leaving(overview), lambda: owner.run(leave, group="command"))
        elif not owner.refuses_people("take a seat"):
            self._joining.ask(_question(overview, may_buy=self._joining.may_buy))

    def look_again(self) -> None:
        """Other seats are free: the open dialog says so."""
        self._joining.look_again()

    def _as_now(self, question: Addition[Account]) -> Addition[Account]:
        return question.as_of(self._owner.session.overview)

    def _decided(self, question: Addition[Account], choice: Choice, bought: str) -> None:
        del question, choice
        self._owner.run(partial(self._send, Seat(uses=True), bought), group="command")

    async def _send(self, seat: Seat, bought: str) -> None:
        owner = self._owner
        words = "taking a seat" if seat.uses else "giving up your seat"
        kind = EventKind.USER_ADDED if seat.uses else EventKind.USER_REMOVED
        version = owner.session.overview.subscription.version if owner.session.overview else 0
        with owner.commanding(words, seat, kind, about=f"own seat {version}", after=bought) as key:
            owner.show_result(_became(await owner.client.own_seat(seat, key=key), bought, owner.session.overview))


def may_ask(overview: Overview | None) -> bool:
    """Whether whoever looks could be the main account: an owner."""
    return overview is not None and Permission.MANAGE_ACCESS in overview.me.may


def _question(overview: Overview, *, may_buy: bool) -> Addition[Account]:
    me = overview.me.account
    return Addition(
        people=1,
        names=[person(me.name, me.email)],
        chosen=(me,),
        overview=overview,
        opener="users.own_seat",
        what="user: yourself",
        back="o again gives the seat up.",
        may_buy=may_buy,
    )


def _leaving(overview: Overview) -> Summary:
    """What giving the seat up does: who pays need not use it."""
    return Summary(
        "Give up your own seat",
        "Give up",
        lines=["You leave the List of users; you stay owner and main account.", *vacancy_lines(overview, 1, 0)],
        back="o again takes a seat, if one is free.",
        opener="users.own_seat",
        danger=True,
    )


def _status(user: User) -> str:
    return outcome(user)[0].partition(" ")[2]


def _became(changed: OwnSeatChanged, bought: str, overview: Overview | None) -> str:
    later = [plain(each) for each in payment_lines(overview, changed.next_payment)] if overview else []
    said = "You no longer use a seat."
    if changed.uses:
        said = f"You are on the List of users: {_status(changed.user)}." if changed.user else "You use a seat."
    return " ".join(filter(None, (bought, said, *later)))
