"""What is said of events and overviews, without a terminal: who did it, how often, and how seldom it rings."""

from types import SimpleNamespace
from typing import Any

import pytest
from answers import make_overview

from contract.events import Actor, Event, EventKind, EventObject
from contract.subscription import Overview, SeatCounts, TransferCounts
from tui.runtime.notifications import News
from tui.runtime.session import Link
from tui.runtime.settings import Attention, AttentionKind


class Terminal:
    """As much of the app as news need: a session, a bell, and a clock."""

    def __init__(self, **attention: Any) -> None:
        overview = make_overview(seats=seats(1), transfers=TransferCounts(incoming=0, outgoing=0))
        self.session = SimpleNamespace(overview=overview, connection=SimpleNamespace(link=Link.LIVE))
        self.rings, self.now = 0, 100.0
        self.news = News(self, Attention(**attention), clock=lambda: self.now)  # type: ignore[arg-type]
        self.news.look(overview)

    def bell(self) -> None:
        """Ring."""
        self.rings += 1

    def look(self, **facts: Any) -> str:
        """A new overview; what is said then."""
        overview: Overview = self.session.overview.model_copy(update=facts)
        self.session.overview = overview
        self.news.look(overview)
        return self.news.line


def seats(free: int) -> SeatCounts:
    """Ten seats, so many of them free."""
    return SeatCounts(paid=10, used=10 - free, free=free, not_paid=0, high_water=10, at_renewal=10)


def event(
    kind: EventKind, *, label: str = "Bo Kaya", by: str | None = "acc_9", about: str = "x_1", **attributes: Any
) -> Event:
    """Something that somebody did, or that happened by itself."""
    return Event(
        id="evt_7",
        type=kind,
        created_at=make_overview().as_of,
        actor=Actor(account_id=by, label="jane@acme.example" if by else "system"),
        object=EventObject(type="thing", id=about, label=label, attributes=attributes),
    )


def test_nothing_is_said_before_there_is_an_overview() -> None:
    """A burst is gathered: however many events, one line, once the counts are fresh."""
    desk = Terminal(bell=True)
    for _ in range(40):
        desk.news.hear(event(EventKind.TRANSFER_REQUESTED, direction="incoming"))
    assert (desk.news.line, desk.rings) == ("40 new transfer requests.", 0)
    assert desk.look() == "40 new transfer requests."
    assert desk.rings == 1


def test_the_bell_rests_for_five_seconds() -> None:
    """A busy afternoon is no alarm clock; what was said without a ring is not rung for later."""
    desk = Terminal(bell=True)
    for second in range(12):
        desk.now = 100.0 + second
        desk.news.hear(event(EventKind.CODE_USED, label="WELCOME"))
        desk.look()
    assert desk.rings == 3
    assert desk.news.line == "12 people joined with codes."


def test_requests_of_ours_need_nobody() -> None:
    """Only who asks us waits for us."""
    desk = Terminal()
    desk.news.hear(event(EventKind.TRANSFER_REQUESTED, direction="outgoing"))
    assert desk.look() == ""


@pytest.mark.parametrize(
    ("kind", "by", "said"),
    [
        (EventKind.TRANSFER_ACCEPTED, "acc_9", "Bo Kaya accepted and joins."),
        (EventKind.TRANSFER_DECLINED, "acc_9", "Bo Kaya declined."),
        (EventKind.TRANSFER_EXPIRED, None, "The request to Bo Kaya expired."),
        (EventKind.TRANSFER_REOPENED, "acc_9", "Jane undid the decision about Bo Kaya."),
    ],
)
def test_an_answer_to_a_request_of_ours_is_news(kind: EventKind, by: str | None, said: str) -> None:
    """Accepted, declined, expired or taken back: said like a new request, and marked on the tab of its area."""
    desk = Terminal(bell=True)
    desk.news.hear(event(kind, by=by, direction="outgoing"))
    assert desk.look().replace("jane@acme.example", "Jane") == said
    assert (desk.news.areas, desk.rings) == (frozenset({"transfers"}), 1)
    desk.news.dismiss("transfers")
    assert desk.news.areas == frozenset()


def test_many_answers_are_one_number() -> None:
    """Each request counts once, with its last word."""
    desk = Terminal()
    for number in range(3):
        desk.news.hear(event(EventKind.TRANSFER_DECLINED, about=f"trf_{number}", direction="outgoing"))
    desk.news.hear(event(EventKind.TRANSFER_ACCEPTED, about="trf_0", direction="outgoing"))
    assert desk.look() == "3 answers to transfer requests."


def test_nobody_is_said_to_wait_who_was_answered() -> None:
    """Decided by a colleague or by oneself, withdrawn or expired: the line says only who waits still."""
    desk = Terminal()
    me = desk.session.overview.me.account.id
    for number, name in enumerate(("Ana", "Bo", "Cy", "Dee", "Eva")):
        desk.news.hear(event(EventKind.TRANSFER_REQUESTED, about=f"trf_{number}", label=name, direction="incoming"))
    assert desk.look() == "5 new transfer requests."
    desk.news.hear(event(EventKind.TRANSFER_ACCEPTED, about="trf_0", by=me, direction="incoming"))
    desk.news.hear(event(EventKind.TRANSFER_DECLINED, about="trf_1", direction="incoming"))
    desk.news.hear(event(EventKind.TRANSFER_CANCELLED, about="trf_2", direction="incoming"))
    assert desk.look() == "2 new transfer requests."
    desk.news.hear(event(EventKind.TRANSFER_EXPIRED, about="trf_3", by=None, direction="incoming"))
    assert desk.look() == "Eva asks to join."
    desk.news.hear(event(EventKind.TRANSFER_ACCEPTED, about="trf_4", direction="incoming"))
    assert desk.look() == ""


def test_what_is_over_is_said_no_longer() -> None:
    """A seat is free again, nothing expires within the day, the debt is paid: the line goes by itself."""
    desk = Terminal()
    desk.news.hear(event(EventKind.SUBSCRIPTION_PAST_DUE, by=None, amount="EUR 60.00"))
    said = desk.look(seats=seats(0), transfers=TransferCounts(incoming=2, outgoing=0, expiring=1))
    assert said.count(";") == 2
    desk.news.hear(event(EventKind.SUBSCRIPTION_RECOVERED, by=None))
    assert desk.look(seats=seats(2), transfers=TransferCounts(incoming=2, outgoing=1)) == ""


def test_payments_come_first_and_their_last_word_counts() -> None:
    """A refused renewal is one thing, however many events tell of it, and the most urgent."""
    desk = Terminal()
    desk.news.hear(event(EventKind.TRANSFER_REQUESTED, direction="incoming"))
    desk.news.hear(event(EventKind.PAYMENT_FAILED, by=None, amount="EUR 60.00"))
    desk.news.hear(event(EventKind.SUBSCRIPTION_PAST_DUE, by=None, amount="EUR 60.00"))
    assert desk.look() == "The renewal of EUR 60.00 was refused; Bo Kaya asks to join."


def test_the_last_seat_and_requests_about_to_expire_are_seen_in_the_counts() -> None:
    """No event tells them: they are said when the counts get worse, not when they stay bad."""
    desk = Terminal()
    desk.news.hear(event(EventKind.USER_ADDED))
    expiring = TransferCounts(incoming=2, outgoing=0, expiring=1)
    said = "No free seats left: 10 of 10 taken; 1 request within a day of expiring."
    assert desk.look(seats=seats(0), transfers=expiring) == said
    desk.news.dismiss()
    desk.news.hear(event(EventKind.USER_CHANGED))
    assert desk.look() == ""


def test_one_s_own_commands_are_no_news() -> None:
    """Who takes the last seat knows it."""
    desk = Terminal(bell=True)
    me = desk.session.overview.me.account.id
    desk.news.hear(event(EventKind.USER_ADDED, by=me))
    desk.news.hear(event(EventKind.PAYMENT_FAILED, by=me, amount="EUR 60.00"))
    assert desk.look(seats=seats(0)) == ""
    assert desk.rings == 0


def test_what_was_remembered_from_the_last_time_is_not_compared_with() -> None:
    """The overview kept on disk is old: what it lacks is on the first screen, and no news."""
    desk = Terminal()
    desk.session.connection.link = Link.CONNECTING
    assert desk.look(seats=seats(0)) == ""


def test_an_area_takes_away_what_it_shows() -> None:
    """Who opens Codes has seen who came in, and still hears of the requests."""
    desk = Terminal()
    desk.news.hear(event(EventKind.CODE_USED, label="WELCOME"))
    desk.news.hear(event(EventKind.TRANSFER_REQUESTED, direction="incoming"))
    desk.news.dismiss("codes")
    assert desk.look() == "Bo Kaya asks to join."


def test_nothing_is_said_of_what_nobody_wants_to_hear() -> None:
    """`notify` chooses, one kind at a time."""
    desk = Terminal(notify=frozenset({AttentionKind.SEATS}), bell=True)
    desk.news.hear(event(EventKind.CODE_USED))
    assert (desk.look(), desk.rings) == ("", 0)
