"""What the transfer requests say: details, what a decision does, what became of it. Pure: lines, no widgets."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from contract.problems import ItemProblem, ProblemCode
from contract.subscription import Overview, PlanKind
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
from screens.detail import labelled
from screens.lines import line
from screens.question import Summary
from screens.seat_sums import admission_lines
from screens.sources import STATUS_WORDS
from screens.users_text import STATUS_TONES, person
from tui.text import clean
from tui.theme import Line, Tone
from tui.wording import age, clock, count, some

__all__ = [
    "Plan",
    "cancel_results",
    "cancel_summary",
    "decision_results",
    "detail_lines",
    "plan_summary",
    "state_tone",
    "undo_results",
    "undo_summary",
    "who",
]

_TONES: dict[TransferState, Tone] = {
    TransferState.PENDING: "warn",
    TransferState.ACCEPTED: "ok",
    TransferState.DECLINED: "dim",
    TransferState.CANCELLED: "dim",
    TransferState.EXPIRED: "dim",
}
_LEFT_ALONE = {
    ProblemCode.TRANSFER_CHANGED: "changed since you saw it: left alone, look again",
    ProblemCode.TRANSFER_NOT_PENDING: "decided or ended meanwhile: left alone",
}


@dataclass(frozen=True, slots=True)
class Plan:
    """A decision about requests exactly as they were seen."""

    requests: tuple[Transfer, ...]
    accept: bool
    reason: str = ""

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
        labelled("Way", "incoming: asks to join" if incoming else "outgoing: we asked"),
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
        lines.append(labelled("Mail again", f"from {clock(request.resend_after, now, dt.UTC)} UTC"))
    return lines


def plan_summary(plan: Plan, overview: Overview, *, hidden: str = "") -> Summary:
    """What a decision does: every request by name, what is given up, and how the seats work out."""
    many = len(plan.requests)
    verb = "Accept" if plan.accept else "Decline"
    lines: list[Line] = []
    if plan.accept:
        lines += admission_lines(overview, many)
    elif plan.reason:
        lines.append(line(("Reason they read: ", "dim"), clean(plan.reason, 500)))
    else:
        lines.append(("No reason is given.", "dim"))
    return Summary(
        title=f"{verb} {count(many, 'transfer request')}",
        verb=f"{verb} {many:,}",
        lines=lines,
        items=[_item(request, accept=plan.accept) for request in plan.requests],
        hidden=hidden,
        final=_given_up(plan, overview),
        opener="transfers.accept" if plan.accept else "transfers.decline",
    )


def _item(request: Transfer, *, accept: bool) -> Line:
    if accept and request.gives_up:
        return line(who(request), (f"  gives up {clean(request.gives_up, 60)}", "warn"))
    return who(request)


def _given_up(plan: Plan, overview: Overview) -> str:
    """What can't be taken back. On a contract there is no word about paying, not even about somebody else's plan."""
    giving = [request.name for request in plan.requests if request.gives_up]
    if not plan.accept or not giving:
        return "z takes it back within 10 minutes."
    contract = overview.plan.kind is PlanKind.CONTRACT
    one = len(giving) == 1
    own = f"Their own{'' if contract else ' paid'} {'subscription ends' if one else 'subscriptions end'}"
    return f"{own} {'for good' if contract else 'without refund'}: {some(giving, len(giving), 6)}."


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
    return _title(plan, report), [*failed, *done], left


def _done(name: str, result: DecisionResult, *, accept: bool) -> Line:
    if not accept:
        return line(("- ", "dim"), name, ("  declined", "dim"))
    status = result.user_status
    said = (STATUS_WORDS[status], STATUS_TONES[status]) if status else ("accepted", "ok")
    return line(("✓ ", "ok"), name, "  ", said)


def _title(plan: Plan, report: DecisionReport) -> str:
    unpaid = sum(result.user_status is UserStatus.NOT_PAID for result in report.results)
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
        title=f"Take back {count(len(requests), 'acceptance')}",
        verb=f"Take back {len(requests):,}",
        lines=[f"{_leaving(report)}; their requests wait again."],
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
            lines.append(line(("✓ ", "ok"), name, ("  waits again", "dim")))
    title = f"{count(report.undone, 'decision')} taken back"
    return title + (f", {report.failed:,} not" if report.failed else ""), lines


def cancel_summary(requests: Sequence[Transfer], *, hidden: str = "") -> Summary:
    """What cancelling outgoing requests does."""
    many = len(requests)
    return Summary(
        title=f"Cancel {count(many, 'outgoing request')}",
        verb=f"Withdraw {many:,}",
        lines=["The links that were mailed stop working. You may ask again later."],
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
