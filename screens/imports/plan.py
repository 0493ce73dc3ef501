"""What stands above the rows of an import: what its plan comes to, or how far the file or the import is. Pure lines."""

from contract.imports import Import, ImportStatus
from contract.subscription import Overview
from screens.imports.job import Away, ImportJob, NotSent, Sending
from screens.imports.text import counts_lines, encoding_lines, outcome_lines, seat_lines
from tui.presentation.text import clean
from tui.presentation.tones import Line
from tui.presentation.wording import count

__all__ = ["plan_lines", "progress"]

_ROOMY = 20
_CHOOSE = "o shows others."
_NO_ANSWER = "The server does not answer. Headcount keeps trying; what is done stays done, and nothing is done twice."


def plan_lines(job: ImportJob, overview: Overview | None, width: int, height: int) -> list[Line]:
    """Lines of at most `width` cells where they can't be wrapped; fewer of them on a screen of few rows (`height`)."""
    state = job.state
    if isinstance(state, NotSent):
        return [(clean(state.why, 600), "bad"), ("r sends the file again, Esc closes.", "dim")]
    if isinstance(state, Sending):
        sent = state.whole and state.sent >= state.whole
        return [
            (
                "Sent. The server is reading and checking the rows…" if sent else "Sending the file… ctrl+c cancels.",
                "dim",
            )
        ]
    silent: list[Line] = [(_NO_ANSWER, "warn")] if isinstance(state, Away) else []
    return _known_lines(state.current, silent, overview, width, roomy=height >= _ROOMY)


def _known_lines(
    current: Import, silent: list[Line], overview: Overview | None, width: int, *, roomy: bool
) -> list[Line]:
    if current.status is ImportStatus.NEEDS_MAPPING:
        why = clean(current.stopped_detail, 300) or "The columns can't be recognised from the headers."
        return [*silent, *encoding_lines(current, _CHOOSE), (f"{why} m names the columns.", "warn")]
    if current.status is ImportStatus.PLANNING:
        return [*silent, (f"Reading and checking: {count(current.rows, 'row')} so far.", "dim")]
    counts = counts_lines(current, width)
    if current.status is ImportStatus.APPLYING:
        return [*counts, *(silent or [("s or ctrl+c stops it; it can be continued later.", "dim")])]
    seats = seat_lines(current, overview) if current.remaining else []
    outcome = outcome_lines(current, overview)
    guess = encoding_lines(current, _CHOOSE)
    if not roomy:
        return [*counts, *(silent or guess[:1] or (seats[:1] if current.status is ImportStatus.PLANNED else outcome))]
    remarks: list[Line] = [(clean(each, 300), "warn") for each in current.remarks]
    return [*counts, *guess, *remarks, *seats, *outcome, *silent]


def progress(job: ImportJob) -> tuple[int, int, str] | None:
    """How much of how much is done, and that in words; None while nothing is on its way."""
    state, current = job.state, job.current
    if isinstance(state, Sending):
        return (state.sent, state.whole, f"{100 * state.sent // state.whole} %") if state.whole else None
    if current is None or current.status is not ImportStatus.APPLYING:
        return None
    total = current.applied + current.remaining
    speed = "" if isinstance(state, Away) else job.speed.words(total)
    return current.applied, total, f"{current.applied:,} of {total:,}" + (f", {speed}" if speed else "")
