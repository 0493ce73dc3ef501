"""The question before requests are decided: as it stands now, whatever others decide while it is being read. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from contract.joining import JoiningPreview
from contract.subscription import Overview, PlanKind
from contract.transfers import DecisionSummary, Transfer
from tui.presentation.confirmation import Also, Summary
from tui.presentation.lines import line
from tui.presentation.seat_choice import Choice, Room, choice_lines, room_for, seat_lines
from tui.presentation.text import clean
from tui.presentation.tones import Line
from tui.presentation.transfers import Plan, who
from tui.presentation.wording import count, some

__all__ = ["Question", "earlier_summary"]

_NAMED = 3
BACK = "z undoes it within 10 minutes."
"""How a decision can be undone (D27)."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked before a decision: about whom, how the seats work out, and who was dealt with meanwhile.

    `gone` says by id what somebody else did; those requests are shown and left out.
    """

    plan: Plan
    overview: Overview
    hidden: str = ""
    may_buy: bool = False
    gone: Mapping[str, str] = field(default_factory=dict)
    preview: JoiningPreview | None = None

    @property
    def left(self) -> tuple[Transfer, ...]:
        """The requests that still wait."""
        return tuple(request for request in self.plan.requests if request.id not in self.gone)

    @property
    def room(self) -> Room:
        """How the seats work out for them."""
        return room_for(self.overview, len(self.left), may_buy=self.may_buy, preview=self.preview)

    @property
    def joining(self) -> int:
        """How many would join, for the server to say what that comes to; 0 when nobody does."""
        return len(self.left) if self.plan.accept else 0

    def previewed(self, preview: JoiningPreview) -> "Question":
        """The same with what the server says it comes to."""
        return replace(self, preview=preview)

    @property
    def buying_title(self) -> str:
        """What the dialog about the price of the missing seats is headed with."""
        return f"Buy {count(self.room.buy, 'seat')} and accept {count(len(self.left), 'request')}"

    @property
    def opener(self) -> str:
        """The id of the command that was given."""
        return "transfers.accept" if self.plan.accept else "transfers.decline"

    @property
    def choices(self) -> tuple[Choice, ...]:
        """What may be chosen."""
        return self.room.choices if self.plan.accept else (Choice.ALL,)

    def as_of(self, overview: Overview | None, gone: Mapping[str, str]) -> "Question":
        """The same with the seats as they are now, and who was dealt with by now."""
        now = overview or self.overview
        same = now.subscription == self.overview.subscription and now.seats == self.overview.seats
        return replace(self, overview=now, gone=gone, preview=self.preview if same else None)

    def decided(self, choice: Choice) -> Plan:
        """What exactly is decided, and how many of it are said to become NOT PAID."""
        room = self.room
        requests = self.left[: room.fit] if choice is Choice.FITTING else self.left
        unpaid = room.over if choice is Choice.ALL and not room.contract else 0
        return replace(self.plan, requests=requests, unpaid=unpaid if self.plan.accept else None)

    def waiting_on(self, choice: Choice) -> tuple[Transfer, ...]:
        """The requests that stay as they are, and marked."""
        return self.left[self.room.fit :] if choice is Choice.FITTING else ()

    def summary(self, choice: Choice) -> Summary:
        """What the dialog says."""
        plan = self.decided(choice)
        verb, asked, many = ("Accept" if plan.accept else "Decline"), len(self.left), len(plan.requests)
        of = f"{many:,} of {count(asked, 'transfer request')}" if many < asked else count(many, "transfer request")
        return Summary(
            title=f"{verb} {of}",
            verb=f"{verb} {many:,}",
            lines=[*self._gone_lines(), *self._lines(choice)],
            items=self._items(choice),
            hidden=self.hidden,
            final=_given_up(plan, self.overview),
            back="" if _given_up(plan, self.overview) else BACK,
            opener=self.opener,
        )

    def also(self) -> Also:
        """The same after a purchase of the seats that are missing, by one yes."""
        plan = self.decided(Choice.BUYING)
        many = len(plan.requests)
        who_waits, given_up = count(many, "transfer request"), _given_up(plan, self.overview)
        return Also(
            verb=f"accept {many:,}",
            lines=[f"Then {who_waits} {'is' if many == 1 else 'are'} accepted, and active at once."],
            final=given_up,
            back="" if given_up else BACK,
            undone="Nothing was accepted.",
        )

    def listed(self) -> list[Line]:
        """Everybody who is decided about, a line each."""
        return self._items(Choice.BUYING)

    def _lines(self, choice: Choice) -> list[Line]:
        if self.plan.accept:
            said = seat_lines(self.overview, self.room, self.preview)
            choices = choice_lines(self.room, choice)
            return [*said, "", *choices] if choices else said
        if self.plan.reason:
            return [line(("Reason (they will see it): ", "dim"), clean(self.plan.reason, 500))]
        return [("No reason given.", "dim")]

    def _gone_lines(self) -> list[Line]:
        gone = [request for request in self.plan.requests if request.id in self.gone]
        if not gone:
            return []
        first = [f"{clean(each.name, 40)} ({self.gone[each.id]})" for each in gone[:_NAMED]]
        more = f" and {len(gone) - _NAMED:,} more" if len(gone) > _NAMED else ""
        return [(f"Already handled by others, left out: {', '.join(first)}{more}.", "warn"), ""]

    def _items(self, choice: Choice) -> list[Line]:
        fit = self.room.fit
        places = {request.id: place for place, request in enumerate(self.left)}
        return [self._item(request, choice, places.get(request.id, 0) >= fit > 0) for request in self.plan.requests]

    def _item(self, request: Transfer, choice: Choice, over: bool) -> Line:  # noqa: FBT001 - one fact of a line
        if why := self.gone.get(request.id):
            return line((f"{who(request)}  {why}: left out", "dim"))
        if over and choice is Choice.FITTING:
            return line((f"{who(request)}  stays pending", "dim"))
        said: Line = ("  gives up " + clean(request.gives_up, 60), "warn") if request.gives_up else ""
        if not self.plan.accept:
            return who(request)
        over = over and choice is Choice.ALL
        tail: Line = ("  refused" if self.room.contract else "  NOT PAID", "warn") if over else ""
        return line(who(request), *(part for part in (tail, said) if isinstance(part, tuple)))


def _given_up(plan: Plan, overview: Overview) -> str:
    """What can't be taken back; nothing where all can.

    On a contract there is no word about paying, not even about somebody else's plan.
    """
    giving = [request.name for request in plan.requests if request.gives_up]
    if not plan.accept or not giving:
        return ""
    contract = overview.plan.kind is PlanKind.CONTRACT
    one = len(giving) == 1
    own = f"Their own{'' if contract else ' paid'} {'subscription ends' if one else 'subscriptions end'}"
    return f"{own} {'for good' if contract else 'without refund'}: {some(giving, len(giving), 6)}."


def earlier_summary(decision: DecisionSummary, names: Sequence[str]) -> Summary:
    """What taking back a decision does that was made before the app was started; some of the names may be known."""
    done = decision.accepted + decision.declined
    said = [
        count(decision.accepted, "acceptance") if decision.accepted else "",
        f"{decision.declined:,} declined" if decision.declined else "",
    ]
    what = "Users who were accepted leave the list of users; their requests are pending again."
    lines: list[Line] = [
        f"You decided this at {decision.created_at:%H:%M} UTC; it can be undone until {decision.undo_until:%H:%M}.",
        what if decision.accepted else "The requests are pending again.",
    ]
    rest = [f"and {done - len(names):,} more"] if 0 < len(names) < done else []
    return Summary(
        title=f"Undo: {', '.join(filter(None, said))}",
        verb=f"Undo {done:,}",
        lines=lines,
        items=[*(clean(name, 120) for name in names), *rest],
        opener="transfers.undo",
    )
