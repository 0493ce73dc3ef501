"""Adding users by hand: the form collects rows, one summary says what they come to, and what was done can go back."""

from collections.abc import Sequence
from functools import partial

from client.errors import HeadcountError
from contract.events import EventKind
from contract.users import UserBatch, UserBatchReport
from screens.purchase.flow import PurchaseFlow
from screens.purchase.joining import JoiningFlow
from screens.shared.added_users import AddedUsers
from screens.shared.managed_list import ManagedList
from screens.users.form import AddUsers
from screens.users.new_rows import Entry, lines_of, tally, waiting_in
from screens.users.removal import LastRemoval
from tui.presentation.additions import Addition
from tui.presentation.errors import told
from tui.presentation.seat_choice import Choice, payment_lines
from tui.presentation.tones import Line
from tui.presentation.users import named
from tui.presentation.wording import count

__all__ = ["Adding"]


class Adding:
    """What `n` does on the list of users, and what `z` takes back of it.

    `entries` are the rows of the form; those that wait are there again when it is opened anew. `added` are the users
    that were added last; `removal` is the last removal.
    """

    def __init__(self, owner: ManagedList, purchase: PurchaseFlow, removal: LastRemoval) -> None:
        self._owner, self._removal = owner, removal
        self._joining = JoiningFlow(
            owner, purchase, decided=self._decided, as_now=self._as_now, declined=self._declined
        )
        self.entries: list[Entry] = []
        self.added = AddedUsers(owner)
        self._removed_before = removal.what

    @property
    def is_last(self) -> bool:
        """Whether it was an addition, and no removal since, that `z` takes back."""
        return bool(self.added.users) and self._removed_before is self._removal.what

    @property
    def unfinished(self) -> str:
        """What would be lost by quitting now, as the end of "You have …"; empty when nothing would."""
        waiting = len(waiting_in(self.entries))
        return f"{count(waiting, 'row')} that {'is' if waiting == 1 else 'are'} not added yet" if waiting else ""

    # The form.

    def open_form(self, remark: Line = "") -> None:
        """The form, with the rows that are left of the last time."""
        form = AddUsers(self._owner, self.entries, remark)
        self._owner.app.push_screen(form, partial(self._left, form))

    def _left(self, form: AddUsers, rows: list[Entry] | None) -> None:
        self.entries = form.entries
        if rows is not None:
            self._ask()
            return
        if said := tally(self.entries):
            back = " z undoes it." if self.added.users else ""
            self._owner.show_result(f"{said}.{back}")
        self.entries = []

    # The summary.

    def _ask(self) -> None:
        overview, rows = self._owner.session.overview, waiting_in(self.entries)
        if overview is None or not rows:
            return
        self._joining.ask(
            Addition(
                people=len(rows),
                names=[_who(entry) for entry in rows],
                chosen=tuple(rows),
                overview=overview,
                opener="users.new",
                rest=("stays in the form", "stay in the form"),
                may_buy=self._joining.may_buy,
            )
        )

    def look_again(self) -> None:
        """Other seats are free: the open dialog says so."""
        self._joining.look_again()

    def _as_now(self, question: Addition[Entry]) -> Addition[Entry]:
        return question.as_of(self._owner.session.overview)

    def _declined(self, _: Addition[Entry]) -> None:
        """No: back to the rows."""
        self.open_form()

    def _decided(self, question: Addition[Entry], choice: Choice, bought: str) -> None:
        """Yes: all of them, or the first that fit; the others wait in the form."""
        self._owner.run(partial(self._add, question.chosen[: question.many(choice)], bought), group="command")

    # Adding.

    async def _add(self, rows: Sequence[Entry], bought: str) -> None:
        owner, body = self._owner, UserBatch(add=tuple(entry.new for entry in rows))
        owner.begin(f"adding {count(len(rows), 'user')}")
        try:
            report = await owner.client.batch_users(body, key=owner.intentions.key(body))
        except HeadcountError as error:
            owner.intentions.failed(error, body)
            said = f"{bought} But adding failed: {told(error)}" if bought else told(error)
            self._again((said, "bad"))
            owner.show_error(said)
        else:
            owner.intentions.answered(body)
            self._show(rows, report, bought)
        finally:
            owner.ended(EventKind.USER_ADDED)

    def _show(self, rows: Sequence[Entry], report: UserBatchReport, bought: str) -> None:
        for result in report.results:
            if result.user:
                rows[result.index].added(result.user)
            elif result.problem:
                rows[result.index].refused(result.problem)
        if report.done:
            self.added.users = [entry.user for entry in rows if entry.user]
            self._removed_before = self._removal.what
        title = f"{tally(rows)}."
        overview = self._owner.session.overview
        later = payment_lines(overview, report.next_payment) if overview else []
        if len(waiting_in(self.entries)) or report.failed:
            said = f"{bought} {title}".strip()
            self._owner.show_result(said, "warn" if report.failed else "ok")
            self._again((said, "warn" if report.failed else "ok"))
            return
        lines: list[Line] = [*([(bought, "ok")] if bought else []), *later, *lines_of(rows)]
        self.entries = []
        self._owner.show_ledger(title.rstrip("."), lines, failed=False, hint="z undoes it")
        self._owner.show_marks()

    def _again(self, remark: Line) -> None:
        """Back to the form, about the rows that are left, unless somebody does something else by now."""
        if self._owner.in_front:
            self.open_form(remark)

    # Taking it back.

    def take_back(self) -> None:
        """Remove those again who were added last; asks first."""
        if (overview := self._owner.session.overview) and self.added.users:
            self.added.take_back(overview, opener="users.undo", back="They stay members.")


def _who(entry: Entry) -> str:
    return named(entry.new.first_name, entry.new.last_name, entry.new.email)
