"""What the transfer requests say: details, what a decision does, what became of it. Pure: lines, no widgets."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from contract.problems import ItemProblem, ProblemCode
from contract.transfers import (
    DecisionReport,
    DecisionResult,
    Decisions,
    Direction,
    Seen,
    Transfer,
    TransferState,
    UndoReport,
)
from contract.users import UserStatus
from tui.presentation.confirmation import Summary
from tui.presentation.lines import labelled, line
from tui.presentation.text import clean
from tui.presentation.tones import Line, Tone
from tui.presentation.users import STATUS_TONES, STATUS_WORDS, person
from tui.presentation.wording import age, clock, count

__all__ = [
    "Plan",
    "Side",
    "cancel_results",
    "cancel_summary",
    "decision_results",
    "decision_table",
    "detail_lines",
    "state_tone",
    "undo_results",
    "undo_summary",
    "undo_table",
    "who",
]

_TONES: dict[TransferState, Tone] = {
    TransferState.PENDING: "warn",
    TransferState.ACCEPTED: "ok",
    TransferState.DECLINED: "dim",
    TransferState.CANCELLED: "dim",
    TransferState.EXPIRED: "dim",
}


class Side(StrEnum):
    """What the requests are looked at as: those we decide, those we wait for, and all there ever were."""

    INCOMING = "incoming"
    OUTGOING = "outgoing"
    HISTORY = "history"


TABLE_HEAD = ("name", "e-mail", "result", "user", "reason", "request")
"""The columns of saved results."""

_LEFT_ALONE = {
    ProblemCode.TRANSFER_CHANGED: "changed since you saw it: left unchanged, check it again",
    ProblemCode.TRANSFER_NOT_PENDING: "decided or ended meanwhile: left unchanged",
}


@dataclass(frozen=True, slots=True)
class Plan:
    """A decision about requests exactly as they were seen; `unpaid` is how many were said to become NOT PAID."""

    requests: tuple[Transfer, ...]
    accept: bool
    reason: str = ""
    unpaid: int | None = None

    @property
    def body(self) -> Decisions:
        """What is sent: each request with the version that was on the screen (D26)."""
        seen = tuple(Seen(id=request.id, version=request.version) for request in self.requests)
        return Decisions(accept=seen) if self.accept else Decisions(decline=seen, reason=self.reason)

    @property
    def doing(self) -> str:
        """What is going on while it is sent."""
        return f"{'accepting' if self.accept else 'declining'} {count(len(self.requests), 'request')}"


def state_tone(cell: str) -> Tone:
    """How a state cell looks."""
    return next((tone for state, tone in _TONES.items() if state.value == cell), "")


def who(request: Transfer) -> str:
    """Name and address, safe to show."""
    return person(request.name, request.email)


def detail_lines(request: Transfer, now: dt.datetime) -> list[Line]:
    """Every field, a line each."""
    incoming = request.direction is Direction.INCOMING
    lines = [
        labelled("Name", clean(request.name)),
        labelled("E-mail", clean(request.email, 254)),
        labelled("Way", "incoming: asks to join" if incoming else "outgoing: you asked"),
        labelled("State", (request.state.value, state_tone(request.state.value))),
        labelled("Asked", f"{request.created_at:%Y-%m-%d %H:%M} UTC, {age(request.created_at, now)} ago"),
    ]
    if request.state is TransferState.PENDING:
        expires = f"{request.expires_at:%Y-%m-%d %H:%M} UTC, in {age(request.expires_at, now)}"
        lines.append(labelled("Expires", expires))
    if request.gives_up:
        lines.append(labelled("Gives up", (clean(request.gives_up), "warn")))
    if request.position:
        lines.append(labelled("Position", clean(request.position)))
    if request.message:
        lines.append(labelled("Message", clean(request.message, 1000)))
    if request.decided_at:
        by = f" by {clean(request.decided_by)}" if request.decided_by else ""
        lines.append(labelled("Decided", f"{request.decided_at:%Y-%m-%d %H:%M} UTC{by}"))
    if request.reason:
        lines.append(labelled("Reason", clean(request.reason, 500)))
    if request.resend_after and request.resend_after > now:
        lines.append(labelled("Send again", f"from {clock(request.resend_after, now, dt.UTC)} UTC"))
    return lines


def decision_results(plan: Plan, report: DecisionReport) -> tuple[str, list[Line], list[str]]:
    """Title and lines of what became of each request, failures first, and the ids of those that failed."""
    known = {request.id: request for request in plan.requests}
    failed: list[Line] = []
    done: list[Line] = []
    left: list[str] = []
    for result in report.results:
        request = known.get(result.transfer_id) or result.transfer
        name = who(request) if request else result.transfer_id
        if result.problem is not None:
            left.append(result.transfer_id)
            failed.append(line("! ", name, (f"  {_why(result.problem)}", "bad")))
        else:
            done.append(_done(name, result, accept=plan.accept))
    return _title(plan, report), [*_more_unpaid(plan, report), *failed, *done], left


def _more_unpaid(plan: Plan, report: DecisionReport) -> list[Line]:
    """Seats that were taken between the question and its answer (D15)."""
    more = _unpaid(report) - plan.unpaid if plan.unpaid is not None else 0
    if more <= 0:
        return []
    said = f"{more:,} more than expected {'is' if more == 1 else 'are'} NOT PAID: seats were taken meanwhile."
    return [line("! ", (said, "warn"))]


def _unpaid(report: DecisionReport) -> int:
    return sum(result.user_status is UserStatus.NOT_PAID for result in report.results)


def decision_table(plan: Plan, report: DecisionReport) -> list[tuple[str, ...]]:
    """The same as rows of a file, in the order of the decision, with a header."""
    did = "accepted" if plan.accept else "declined"
    return _table(plan, report.results, did)


def undo_table(plan: Plan, report: UndoReport) -> list[tuple[str, ...]]:
    """What became of taking a decision back, as rows of a file."""
    return _table(plan, report.results, "pending again")


def _table(plan: Plan, results: Sequence[DecisionResult], did: str) -> list[tuple[str, ...]]:
    known = {request.id: request for request in plan.requests}
    rows: list[tuple[str, ...]] = [TABLE_HEAD]
    for result in results:
        request = known.get(result.transfer_id) or result.transfer
        name, email = (clean(request.name), clean(request.email, 254)) if request else ("", "")
        status = result.user_status.value.replace("_", " ") if result.user_status else ""
        outcome = ("not done", "", _why(result.problem)) if result.problem else (did, status, "")
        rows.append((name, email, *outcome, result.transfer_id))
    return rows


def _done(name: str, result: DecisionResult, *, accept: bool) -> Line:
    if not accept:
        return line(("- ", "dim"), name, ("  declined", "dim"))
    status = result.user_status
    said = (STATUS_WORDS[status], STATUS_TONES[status]) if status else ("accepted", "ok")
    return line(("✓ ", "ok"), name, "  ", said)


def _title(plan: Plan, report: DecisionReport) -> str:
    unpaid = _unpaid(report)
    said = f"{report.accepted:,} accepted" if plan.accept else f"{report.declined:,} declined"
    if plan.accept and unpaid:
        said += ", NOT PAID" if unpaid == report.accepted else f", {unpaid:,} of them NOT PAID"
    return said + (f", {report.failed:,} not done" if report.failed else "")


def _why(problem: ItemProblem) -> str:
    return _LEFT_ALONE.get(problem.code) or clean(problem.detail or problem.code.value.replace("_", " "))


def undo_summary(plan: Plan, report: DecisionReport) -> Summary:
    """What taking acceptances back does: it removes people."""
    done = {result.transfer_id for result in report.results if result.problem is None}
    requests = [request for request in plan.requests if request.id in done]
    return Summary(
        title=f"Undo {count(len(requests), 'acceptance')}",
        verb=f"Undo {len(requests):,}",
        lines=[f"{_leaving(report)}; their requests are pending again."],
        items=[who(request) for request in requests],
        opener="transfers.undo",
    )


def _leaving(report: DecisionReport) -> str:
    """Who is NOT PAID has no access that could be lost."""
    active = any(result.user_status is UserStatus.ACTIVE for result in report.results)
    return "They lose access now" if active else "They leave the list of users"


def undo_results(plan: Plan, report: UndoReport) -> tuple[str, list[Line]]:
    """Title and lines of what became of taking a decision back."""
    known = {request.id: request for request in plan.requests}
    lines: list[Line] = []
    for result in sorted(report.results, key=lambda each: each.problem is None):
        request = known.get(result.transfer_id) or result.transfer
        name = who(request) if request else result.transfer_id
        if result.problem is not None:
            lines.append(line("! ", name, (f"  {_why(result.problem)}", "bad")))
        else:
            lines.append(line(("✓ ", "ok"), name, ("  pending again", "dim")))
    title = f"{count(report.undone, 'decision')} undone"
    return title + (f", {report.failed:,} not" if report.failed else ""), lines


def cancel_summary(requests: Sequence[Transfer], *, hidden: str = "") -> Summary:
    """What cancelling outgoing requests does."""
    many = len(requests)
    return Summary(
        title=f"Cancel {count(many, 'outgoing request')}",
        verb=f"Withdraw {many:,}",
        lines=["The links that were sent stop working. You can ask again later."],
        items=[who(request) for request in requests],
        hidden=hidden,
        opener="transfers.cancel",
    )


def cancel_results(requests: Sequence[Transfer], outcomes: Mapping[str, str]) -> tuple[str, list[Line]]:
    """Title and lines of what became of cancelling: `outcomes` says why not, by id, and is empty for what was done."""
    failed = [request for request in requests if outcomes.get(request.id)]
    done = [request for request in requests if request.id in outcomes and not outcomes[request.id]]
    title = f"{count(len(done), 'request')} cancelled" + (f", {len(failed):,} not done" if failed else "")
    lines = [line("! ", who(request), (f"  {outcomes[request.id]}", "bad")) for request in failed]
    return title, [*lines, *(line(("- ", "dim"), who(request), ("  cancelled", "dim")) for request in done)]
