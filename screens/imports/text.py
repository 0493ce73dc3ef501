"""What the import screen says: verdicts, counts, seats and price, progress and results. Pure: lines, no widgets."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from contract.encodings import said
from contract.imports import MAX_ATOMIC, Import, ImportRow, ImportStatus, ImportStop, ImportVerdict
from contract.subscription import Overview, PlanKind, SubscriptionStatus
from contract.users import BatchMode
from tui.presentation.limit_words import check_lines, limit_lines
from tui.presentation.lines import labelled, width_of
from tui.presentation.seat_sums import SUSPENDED
from tui.presentation.text import clean
from tui.presentation.tones import Line, Piece, Tone
from tui.presentation.wording import count, short_day

__all__ = [
    "ASKED",
    "DONE",
    "MODES",
    "Speed",
    "blocked",
    "counts_lines",
    "detail_lines",
    "encoding_lines",
    "heading",
    "kind_words",
    "left_out",
    "outcome_lines",
    "seat_lines",
    "verdict_cell",
    "verdict_tone",
]

DONE, ASKED = "✓ done", "✓ asked"
_SIGNS = {
    ImportVerdict.CREATE: "+",
    ImportVerdict.ADD_MEMBER: "+",
    ImportVerdict.ALREADY_USER: "●",
    ImportVerdict.DUPLICATE_IN_FILE: "~",
    ImportVerdict.INVALID: "!",
    ImportVerdict.NEEDS_TRANSFER: "▸",
    ImportVerdict.OVER_LIMIT: "!",
}
_TONES: dict[ImportVerdict, Tone] = {
    ImportVerdict.CREATE: "ok",
    ImportVerdict.ADD_MEMBER: "ok",
    ImportVerdict.ALREADY_USER: "dim",
    ImportVerdict.DUPLICATE_IN_FILE: "warn",
    ImportVerdict.INVALID: "bad",
    ImportVerdict.NEEDS_TRANSFER: "accent",
    ImportVerdict.OVER_LIMIT: "bad",
}
_SHORT = {ImportVerdict.DUPLICATE_IN_FILE: "duplicate"}
_BECOMES = {
    ImportVerdict.CREATE: "New to your organisation. Importing adds a user, or says that an account must be asked.",
    ImportVerdict.ADD_MEMBER: "A member of your organisation; importing adds a user.",
    ImportVerdict.ALREADY_USER: "Already on the list of users; nothing to do.",
    ImportVerdict.DUPLICATE_IN_FILE: "Only the first of these rows counts.",
    ImportVerdict.NEEDS_TRANSFER: "t sends a transfer request.",
}
_IN_THE_WAY = (ImportVerdict.INVALID, ImportVerdict.NEEDS_TRANSFER, ImportVerdict.OVER_LIMIT)
_LEFT_OUT = (*_IN_THE_WAY, ImportVerdict.DUPLICATE_IN_FILE, ImportVerdict.ALREADY_USER)

MODES: dict[BatchMode, tuple[str, str]] = {
    BatchMode.BEST_EFFORT: ("best effort", "imports every row it can; the others stay in the file"),
    BatchMode.ATOMIC: ("all or none", "imports all rows together, or none of them"),
    BatchMode.UNTIL_FULL: ("until full", "stops at the last free seat; it can be continued later"),
}
"""The ways to apply: their names, and what each does."""

_MINUTE = 60
_GAP = 3


def _word(verdict: ImportVerdict) -> str:
    return f"{_SIGNS[verdict]} {_SHORT.get(verdict, verdict.value.replace('_', ' '))}"


_CELL_TONES: dict[str, Tone] = {_word(each): tone for each, tone in _TONES.items()} | {DONE: "ok", ASKED: "ok"}


def verdict_cell(row: ImportRow) -> str:
    """A row's verdict as sign and word; what is done or asked for already says so instead."""
    if row.user_id:
        return DONE
    return ASKED if row.transfer_id else _word(row.verdict)


def verdict_tone(cell: str) -> Tone:
    """How a verdict looks."""
    return _CELL_TONES.get(cell, "")


def kind_words(current: Import) -> str:
    """How the file was read: `csv, utf-8, commas`."""
    delimiter = {"\t": "tabs", ",": "commas", ";": "semicolons", "|": "bars"}.get(
        current.delimiter, current.delimiter and f"separated by {clean(current.delimiter, 4)}"
    )
    guess = " (a guess)" if current.encoding_guessed else ""
    return ", ".join(clean(each, 30) for each in (current.kind, said(current.encoding) + guess, delimiter) if each)


def encoding_lines(current: Import, change: str = "") -> list[Line]:
    """Where the encoding is a guess: that it is one, and names as they come out. `change` says how to choose."""
    if not current.encoding_guessed:
        return []
    shown = next((each.names for each in current.encodings if each.encoding == current.encoding), ())
    names = " · ".join(clean(name, 40) for name in shown)
    guess: Piece = (f"The encoding is a guess: {said(current.encoding)}. ", "warn")
    return [[guess, (change, "dim")], ["Names come out as ", (names, "strong"), "."]]


def heading(current: Import) -> str:
    """The file, and how many rows."""
    rows = f" · {count(current.rows, 'row')}" if current.status is not ImportStatus.NEEDS_MAPPING else ""
    return f"{clean(current.file_name, 60)}{rows}"


def counts_lines(current: Import, width: int) -> list[Line]:
    """How many rows have which verdict, in lines of at most `width` cells, none of them broken within."""
    lines: list[list[Piece]] = [[]]
    for verdict in ImportVerdict:
        if number := getattr(current.counts, verdict.value):
            sign, word = _word(verdict).split(" ", 1)
            piece = (f"{sign} {number:,} {word}", _TONES[verdict])
            if lines[-1] and width_of(lines[-1]) + len(piece[0]) + _GAP > width:
                lines.append([])
            lines[-1] += [" " * _GAP, piece] if lines[-1] else [piece]
    if lines[0] and current.remarked:
        said = f"{count(current.remarked, 'row')} read otherwise than in the file: verdict:remarked shows them."
        return [*lines, (said, "warn")]
    return [*lines] if lines[0] else [("The file has no rows with people.", "warn")]


def left_out(current: Import) -> str:
    """The rows that applying does not do, by reason; empty when there are none."""
    said = [
        f"{number:,} {_word(verdict)[2:]}"
        for verdict in _LEFT_OUT
        if (number := getattr(current.counts, verdict.value))
    ]
    return ", ".join(said)


def blocked(current: Import, mode: BatchMode) -> str:
    """Why a mode can't be had for what is left; empty when it can."""
    if mode is BatchMode.UNTIL_FULL and current.seats and current.seats.short and not current.seats.free:
        return "not now: no free seat"
    if mode is not BatchMode.ATOMIC:
        return ""
    if current.remaining > MAX_ATOMIC:
        return f"not for more than {MAX_ATOMIC:,} rows"
    names = [f"{number:,} {_word(each)[2:]}" for each in _IN_THE_WAY if (number := getattr(current.counts, each.value))]
    return f"not while there are rows that can't be imported: {', '.join(names)}" if names else ""


def seat_lines(current: Import, overview: Overview | None, mode: BatchMode = BatchMode.BEST_EFFORT) -> list[Line]:
    """Seats needed and free, who will be NOT PAID until when, and the price: now for all of them, or at the renewal.

    On a contract there is no word about paying.
    """
    seats, price = current.seats, current.price
    if seats is None or not seats.needed:
        return [("No rows left to import.", "dim")] if seats else []
    if overview is None or overview.plan.kind is not PlanKind.PAID:
        room = f" {seats.free:,} are free." if overview and overview.seats.free else ""
        return [f"{_seats(seats.needed)} needed.{room}"]
    if overview.subscription.status is SubscriptionStatus.SUSPENDED:
        return [(f"{count(seats.needed, 'user')} will be listed. {SUSPENDED}", "warn")]
    needed = f"{_seats(seats.needed)} needed, {_free(seats.free)}: "
    fit = seats.needed - seats.short
    if seats.short and mode is BatchMode.UNTIL_FULL:
        return [[needed, (f"{fit:,} will be active at once, {seats.short:,} stay in the file.", "warn")]]
    if seats.short:
        active = f"{fit:,} active at once, " if fit else ""
        who = f"{seats.short:,}" if fit or seats.short == 1 else f"all {seats.short:,}"
        lines: list[Line] = [[needed, (f"{active}{who} NOT PAID{_until(overview)}.", "warn")]]
    else:
        lines = [[needed, ("all will be active at once, nothing to pay now.", "ok")]]
    if price and price.pay_now is not None and seats.short:
        lines.append(
            [
                "Paying for them now: ",
                (f"{price.pay_now}", "strong"),
                (" with tax; c, then b buys the seats.", "dim"),
            ]
        )
    if price and price.renewal_adds and price.renewal_adds.amount > 0 and price.renewal_date:
        lines.append(
            [f"The renewal on {short_day(price.renewal_date)} grows by ", (f"{price.renewal_adds}", "strong"), "."]
        )
    if mode is BatchMode.ATOMIC or not (current.spending and not current.spending.allowed):
        return [*lines, *check_lines(current.spending)]
    return [*lines, *limit_lines(overview, seats.needed)]


def _seats(number: int) -> str:
    return f"{count(number, 'seat')} {'is' if number == 1 else 'are'}"


def _free(number: int) -> str:
    return f"{number:,} {'is' if number == 1 else 'are'} free" if number else "none is free"


def _until(overview: Overview) -> str:
    subscription = overview.subscription
    if subscription.cancel_at_period_end:
        return " until paid"
    return f" until paid or the renewal on {short_day(subscription.period_end)}"


def outcome_lines(current: Import, overview: Overview | None = None) -> list[Line]:
    """Where an import stands that was begun; at its end also who on the list is still to be paid for."""
    done = f"{count(current.applied, 'row')} {'is' if current.applied == 1 else 'are'} done"
    left = f"{current.remaining:,} left"
    said: tuple[str, Tone] = ("Nothing has been imported yet.", "dim")
    match current.status, current.stopped_because:
        case ImportStatus.APPLIED, _ if current.remaining:
            said = f"✓ {done}, {left}: they have been corrected since.", "ok"
        case ImportStatus.APPLIED, _:
            said = f"✓ Finished: {count(current.applied, 'row')}.", "ok"
        case ImportStatus.STOPPED, ImportStop.FULL:
            said = f"! No free seats left: {done}, {left}.", "warn"
        case ImportStatus.STOPPED, ImportStop.INTERRUPTED:
            said = f"! The server was interrupted: {done}, {left}; nothing is done twice.", "warn"
        case ImportStatus.STOPPED, ImportStop.REFUSED:
            said = f"! Stopped: {done}, {left}. {clean(current.stopped_detail, 300)}", "bad"
        case ImportStatus.STOPPED, _:
            said = f"! Stopped: {done} and stay so, {left}.", "warn"
    waiting = overview.seats.not_paid if overview and current.applied and not current.remaining else 0
    if not waiting or overview is None or overview.plan.kind is not PlanKind.PAID:
        return [said]
    whom = "user on the list is" if waiting == 1 else "users on the list are"
    return [said, (f"{waiting:,} {whom} NOT PAID: P there pays for them.", "warn")]


def detail_lines(row: ImportRow) -> list[Line]:
    """Every field of a row, a line each, and what may be done about it."""
    cells = row.cells
    reason = clean(row.reason, 400)
    said: list[tuple[str, Line]] = [
        ("Row", f"{row.number:,}"),
        ("Verdict", (verdict_cell(row), verdict_tone(verdict_cell(row)))),
        *([("Reason", (reason, "warn"))] if reason else []),
        *([("Remark", (clean(row.remark, 400), "warn"))] if row.remark else []),
        ("E-mail", clean(cells.email, 400) or ("none", "dim")),
        ("First name", clean(cells.first_name, 400) or ("none", "dim")),
        ("Last name", clean(cells.last_name, 400) or ("none", "dim")),
        ("Position", clean(cells.position, 400) or ("none", "dim")),
    ]
    lines = [labelled(label, value) for label, value in said]
    becomes = "" if row.user_id or row.transfer_id else _BECOMES.get(row.verdict, "")
    return [*lines, "", (becomes, "dim")] if becomes else lines


@dataclass(slots=True)
class Speed:
    """How fast something goes, over the last seconds. Times in seconds, from any clock that never goes back."""

    span: float = 8.0
    seen: list[tuple[float, int]] = field(default_factory=list)

    def note(self, now: float, done: int) -> None:
        """So much is done now."""
        if self.seen and done < self.seen[-1][1]:
            self.seen.clear()
        self.seen.append((now, done))
        while len(self.seen) > 2 and self.seen[1][0] <= now - self.span:  # noqa: PLR2004 - two make a difference
            self.seen.pop(0)

    def words(self, total: int, unit: Sequence[str] = ("", "")) -> str:
        """`410 a second, 12 s left`; empty while nothing can be said. `unit` surrounds the number."""
        if len(self.seen) < 2 or self.seen[-1][0] <= self.seen[0][0]:  # noqa: PLR2004 - likewise
            return ""
        rate = (self.seen[-1][1] - self.seen[0][1]) / (self.seen[-1][0] - self.seen[0][0])
        if rate <= 0:
            return ""
        left = max(0, total - self.seen[-1][1]) / rate
        shown = f"{left:.0f} s" if left < _MINUTE else f"{left // _MINUTE:.0f} min {left % _MINUTE:.0f} s"
        return f"{unit[0]}{rate:,.0f}{unit[1]} a second, {shown} left"
