"""The story of Tidewheel Works: who came, who left, what was bought, in which month and on which day."""

import datetime as dt
from collections.abc import Callable, Sequence
from functools import partial
from itertools import count
from operator import itemgetter

from contract.people import Role
from contract.transfers import Direction, TransferState
from contract.users import UserSource
from server.seed import people as cast
from server.seed.history import Chronicle
from server.seed.people import Person

HAND, IMPORT, MEMBER = UserSource.HAND, UserSource.IMPORT, UserSource.MEMBER
INCOMING, OUTGOING = Direction.INCOMING, Direction.OUTGOING


class Year:
    """A calendar over a chronicle: the month of the subscription, the day in it, the hour."""

    def __init__(self, chronicle: Chronicle, starts: Sequence[dt.date]) -> None:
        self._chronicle = chronicle
        self._starts = starts
        self._minutes = count(7, 13)

    def on(self, month: int, day: int, hour: int = 10, by: Person | None = None) -> Chronicle:
        """Go there; somebody acts, the owner if nobody is named."""
        moment = dt.datetime.combine(self._starts[month], dt.time(hour, next(self._minutes) % 60), dt.UTC)
        return self._chronicle.at(moment + dt.timedelta(days=day), by)

    def add(self, month: int, day: int, people: Sequence[Person], by: Person | None = None) -> None:
        """Add people by hand, one after another."""
        for hour, person in enumerate(people, 9):
            self.on(month, day, hour, by).join(person, HAND)

    def redeem(self, month: int, day: int, people: Sequence[Person]) -> None:
        """Let people use the code on days that follow one another."""
        for place, person in enumerate(people):
            self.on(month, day + place, 13, person).redeem(person)

    def transfer(self, month: int, day: int, person: Person, message: str) -> None:
        """Somebody asks, and is accepted two days later."""
        row = self.on(month, day, 11, person).ask(person, INCOMING, message)
        self.on(month, day + 2, 9).accept(row, person)

    def promote(self, month: int, day: int, people: Sequence[Person]) -> None:
        """Put members on the subscription."""
        for hour, person in enumerate(people, 14):
            self.on(month, day, hour).join(person, MEMBER)


def year(chronicle: Chronicle, starts: Sequence[dt.date]) -> None:
    """Twelve whole months and the first days of the thirteenth; `starts` are the first days of each."""
    story = Year(chronicle, starts)
    _beginning(story)
    _spring(story)
    _autumn(story)
    _lately(story)


def _beginning(story: Year) -> None:
    """Ten seats for ten people from a file, and a directory of everybody else."""
    chronicle = story.on(0, 1, 9)
    chronicle.member(cast.ADMIN, Role.ADMIN)
    for person in (*cast.PROMOTED, *cast.MEMBERS):
        chronicle.member(person)
    chronicle = story.on(0, 2, 9)
    for person in cast.FOUNDERS:
        chronicle.join(person, IMPORT)
    hired = cast.HIRED
    story.on(1, 3, 9).buy(14)
    story.add(1, 3, hired[0:3])
    story.promote(2, 6, cast.PROMOTED[:1])
    story.add(2, 12, hired[3:4])


def _spring(story: Year) -> None:
    """More seats, a code on the notice board, and the first who leaves."""
    story.on(3, 4).buy(20)
    story.on(3, 5).code(cast.CODE, max_uses=cast.CODE_USES)
    story.redeem(3, 6, cast.WITH_CODE[:3])
    story.redeem(4, 2, cast.WITH_CODE[3:5])
    story.on(4, 9, 16).remove(cast.FOUNDERS[5])
    story.add(4, 11, cast.HIRED[4:5], by=cast.ADMIN)
    story.on(5, 1, 11, by=cast.ADMIN).edit(cast.FOUNDERS[1], "Lead turbine engineer")
    story.add(5, 3, cast.HIRED[5:7])
    story.on(5, 4, 15).buy(24)
    row = story.on(5, 8, 12).ask(cast.CANCELLED, OUTGOING, "Would you like to join us?")
    story.on(5, 9, 17).answer(row, TransferState.CANCELLED)


def _autumn(story: Year) -> None:
    """Requests of all kinds, a reduction that was thought better of, and more hands."""
    story.transfer(6, 3, cast.TRANSFERRED[0], "I do your flow simulations and would love one login less.")
    story.transfer(6, 8, cast.TRANSFERRED[1], "Drone pilot for the spring survey.")
    row = story.on(7, 2, 10, cast.DECLINED).ask(cast.DECLINED, INCOMING, "Have you heard of my token?")
    story.on(7, 2, 16).answer(row, TransferState.DECLINED, "We have tokens already, thank you.")
    story.on(7, 5, 9).remove(cast.HIRED[1])
    story.on(7, 6, 9).books.schedule(23)
    story.on(7, 8, 9).books.keep()
    row = story.on(7, 9, 9).ask(cast.EXPIRED, OUTGOING, "Still interested in the weather desk?")
    story.on(7, 23, 9).expire(row)
    story.on(8, 1, 9).buy(28)
    story.redeem(8, 2, cast.WITH_CODE[5:])
    story.add(8, 7, cast.HIRED[7:9], by=cast.ADMIN)
    story.on(9, 2, 9).buy(31)
    story.promote(9, 3, cast.PROMOTED[1:])
    story.on(9, 16, 11).edit(cast.HIRED[4], "Senior site engineer")


def _lately(story: Year) -> None:
    """Up to the first days of the current period."""
    story.add(10, 9, cast.HIRED[9:11])
    story.on(11, 1, 10).buy(35)
    story.transfer(11, 2, cast.TRANSFERRED[2], "The contracts are easier to translate next to the drawings.")
    story.transfer(11, 6, cast.TRANSFERRED[3], "Ahoy.")
    story.on(12, 1, 10).buy(37)
    story.add(12, 2, cast.HIRED[11:13], by=cast.ADMIN)


def recently(chronicle: Chronicle, now: dt.datetime) -> None:
    """The last two weeks, by the hours before now: the requests that wait, and the users without a seat."""
    happenings: list[tuple[float, Person | None, Callable[[], object]]] = [
        (ask.hours_ago, ask.person, partial(_ask, chronicle, ask)) for ask in cast.INCOMING
    ]
    first, *others = cast.OUTGOING
    happenings += [
        (first.minutes_ago / 60 + 70, None, partial(_invite, chronicle, first)),
        (first.minutes_ago / 60, None, lambda: chronicle.resend(chronicle.pending(first.person))),
        *((each.minutes_ago / 60, None, partial(_invite, chronicle, each)) for each in others),
        (30, cast.ADMIN, partial(chronicle.edit, cast.WITH_CODE[0], "Head of communications")),
    ]
    happenings += [
        (hours, None, partial(chronicle.join, person, HAND))
        for hours, person in zip((69, 45, 21), cast.WAITING, strict=True)
    ]
    for hours, by, happen in sorted(happenings, key=itemgetter(0), reverse=True):
        chronicle.at(now - dt.timedelta(hours=hours), by)
        happen()


def _ask(chronicle: Chronicle, ask: cast.Ask) -> None:
    chronicle.ask(ask.person, INCOMING, ask.message, cast.GIVES_UP if ask.pays else "")


def _invite(chronicle: Chronicle, asked: cast.Asked) -> None:
    chronicle.ask(asked.person, OUTGOING, asked.message, account=asked.has_account)
