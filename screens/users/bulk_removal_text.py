"""What a removal by filter says: before it is done, while it is done, and what became of it. Pure."""

from collections.abc import Sequence

from contract.selections import LeftBecause, Selection, SelectionStatus
from contract.subscription import Overview
from contract.users import User
from tui.presentation.confirmation import MOST_UNTYPED, Summary
from tui.presentation.lines import line
from tui.presentation.seat_sums import Vacancy, vacancy_lines
from tui.presentation.text import clean
from tui.presentation.tones import Line
from tui.presentation.users import leaving_line, person, seated_word, undoing
from tui.presentation.wording import count

__all__ = ["cleared_lines", "progress_words", "restored_lines", "selection_summary"]

_LEFT = {
    LeftBecause.GONE: "already removed by someone else",
    LeftBecause.CHANGED: "changed since the count, not removed",
    LeftBecause.CAME: "added since the count, not removed",
    LeftBecause.NO_SEAT: "no free paid seat",
    LeftBecause.NOT_RESTORABLE: "listed again, or changed since the removal",
}


def selection_summary(
    selection: Selection,
    overview: Overview,
    *,
    matching: str,
    shown: int,
    exceptions: Sequence[User] = (),
    unseen: int = 0,
) -> Summary:
    """What removing everybody who was counted does.

    `matching` is the filter as typed, `shown` how many were marked on the screen, `exceptions` those not to be removed,
    and `unseen` how many more of these there are.
    """
    many, seats = selection.count, selection.seats
    all_back = seats is not None and seats.restorable == many
    sums = Vacancy(seats.taken, seats.free) if seats else None
    statuses = [f"{selection.active:,} {seated_word(overview)}"] if selection.active else []
    statuses += [f"{selection.not_paid:,} NOT PAID"] if selection.not_paid else []
    who = f"All users who match “{clean(matching, 60)}”" if matching else "Everybody"
    recounted = f"{shown:,} were marked; the server now counts {many:,} now." if shown != many else ""
    stay: list[Line] = [line(("stays  ", "ok"), person(user.name, user.email)) for user in exceptions]
    stay += [line(("stay   ", "ok"), f"{unseen:,} more that you unmarked")] if unseen else []
    return Summary(
        title=f"Remove {count(many, 'user')}",
        verb=f"Remove {many:,}",
        lines=[
            f"{who}{' but those below' if stay else ''}: {' and '.join(statuses)}.",
            leaving_line("This user" if many == 1 else f"These {many:,}", many, overview),
            *vacancy_lines(overview, selection.active, selection.not_paid, sums),
            "Users added or changed from now on are left unchanged.",
        ],
        items=stay,
        hidden=recounted,
        final="" if all_back else _undoing(selection, overview),
        back=_undoing(selection, overview) if all_back else "",
        type_number=many if many > MOST_UNTYPED else None,
        opener="users.remove",
        danger=True,
    )


def _undoing(selection: Selection, overview: Overview) -> str:
    """How many `z` can take back; who had no seat finds none when the freed ones are all that is free."""
    seats = selection.seats
    back = seats.restorable if seats else 0
    if seats is None or seats.taken or not 0 < back < selection.count:
        return undoing(selection.count, back, overview)
    return f"z can undo {back:,} of them: for the other {selection.count - back:,} there will be no free paid seat."


def progress_words(selection: Selection) -> str:
    """How far it is."""
    if selection.status is SelectionStatus.RESTORING:
        return f"Restoring… {selection.restored:,} of {selection.removed:,}"
    return f"Removing… {selection.removed:,} of {selection.count:,}"


def cleared_lines(selection: Selection) -> tuple[str, list[Line]]:
    """Title and lines of what became of a removal; everybody who was left alone is counted."""
    missing = selection.gone + selection.changed
    title = f"{selection.removed:,} removed" + (f", {missing:,} not" if missing else "")
    said: list[tuple[int, str]] = [
        (selection.gone, _LEFT[LeftBecause.GONE]),
        (selection.changed, _LEFT[LeftBecause.CHANGED]),
        (selection.came, _LEFT[LeftBecause.CAME]),
    ]
    return title, [*_left_alone(selection, said), line(("- ", "dim"), count(selection.removed, "user"), " removed")]


def restored_lines(selection: Selection, done: int) -> tuple[str, list[Line]]:
    """Title and lines of what became of taking a removal back, `done` of them this time."""
    missing = selection.no_seat + selection.not_restorable
    title = f"{count(done, 'user')} restored" + (f", {missing:,} not" if missing else "")
    said = [
        (selection.no_seat, _LEFT[LeftBecause.NO_SEAT]),
        (selection.not_restorable, _LEFT[LeftBecause.NOT_RESTORABLE]),
    ]
    return title, [*_left_alone(selection, said), line(("✓ ", "ok"), count(done, "user"), " restored")]


def _left_alone(selection: Selection, said: Sequence[tuple[int, str]]) -> list[Line]:
    """Each that is named, then how many there are of each kind when not all are."""
    lines = [line("! ", person(each.name, each.email), (f"  {_LEFT[each.because]}", "bad")) for each in selection.left]
    if sum(number for number, _ in said) > len(selection.left):
        lines += [line("! ", f"{number:,} in all", (f"  {why}", "bad")) for number, why in said if number]
    return lines
