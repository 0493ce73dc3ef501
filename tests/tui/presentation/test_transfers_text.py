"""What is said before and after transfer requests are decided."""

import datetime as dt

from made import NOW, make_transfer, people, said

from contract.problems import ItemProblem, ProblemCode
from contract.transfers import DecisionReport, DecisionResult, Direction, TransferState, UndoReport
from contract.users import UserStatus
from tui.presentation.transfers import (
    Plan,
    cancel_results,
    decision_results,
    decision_table,
    detail_lines,
    undo_results,
    undo_summary,
)


def test_what_is_sent_is_what_was_seen() -> None:
    """D26: each request with the version that was on the screen, and the reason only for declining."""
    requests = people(2, version=4)
    accept = Plan(requests, accept=True, reason="never sent").body
    assert [(seen.id, seen.version) for seen in accept.accept] == [("trf_0", 4), ("trf_1", 4)]
    assert (accept.decline, accept.reason) == ((), "")
    assert Plan(requests, accept=False, reason="full").body.reason == "full"


def _report(*results: DecisionResult, accepted: int = 0, declined: int = 0) -> DecisionReport:
    failed = sum(result.problem is not None for result in results)
    until = NOW + dt.timedelta(minutes=10)
    return DecisionReport(
        id="dec_1", accepted=accepted, declined=declined, failed=failed, undo_until=until, results=results
    )


def _no(number: int, code: ProblemCode) -> DecisionResult:
    return DecisionResult(transfer_id=f"trf_{number}", problem=ItemProblem(code=code, detail="The server's words."))


def test_results_come_row_by_row_failures_first() -> None:
    """What changed since it was seen is named and was left alone."""
    plan = Plan(people(4), accept=True)
    report = _report(
        DecisionResult(transfer_id="trf_0", user_status=UserStatus.ACTIVE),
        DecisionResult(transfer_id="trf_1", user_status=UserStatus.NOT_PAID),
        _no(2, ProblemCode.TRANSFER_CHANGED),
        _no(3, ProblemCode.ACCOUNT_NOT_AVAILABLE),
        accepted=2,
    )
    title, lines, left = decision_results(plan, report)
    assert title == "2 accepted, 1 of them NOT PAID, 2 not done"
    assert said(lines) == [
        "! P2  p2@x.example  changed since you saw it: left unchanged, check it again",
        "! P3  p3@x.example  The server's words.",
        "✓ P0  p0@x.example  ● active",
        "✓ P1  p1@x.example  ! NOT PAID",
    ]
    assert left == ["trf_2", "trf_3"]
    assert decision_table(plan, report) == [
        ("name", "e-mail", "result", "user", "reason", "request"),
        ("P0", "p0@x.example", "accepted", "active", "", "trf_0"),
        ("P1", "p1@x.example", "accepted", "not paid", "", "trf_1"),
        ("P2", "p2@x.example", "not done", "", "changed since you saw it: left unchanged, check it again", "trf_2"),
        ("P3", "p3@x.example", "not done", "", "The server's words.", "trf_3"),
    ]


def test_fewer_seats_than_was_said_are_said_first() -> None:
    """D15: seats that were taken between question and answer leave more of them NOT PAID, and that is told plainly."""
    unpaid = [DecisionResult(transfer_id=f"trf_{number}", user_status=UserStatus.NOT_PAID) for number in range(3)]
    report = _report(*unpaid, accepted=3)
    more = "! 2 more than expected are NOT PAID: seats were taken meanwhile."
    assert said(decision_results(Plan(people(3), accept=True, unpaid=1), report)[1])[0] == more
    assert more not in said(decision_results(Plan(people(3), accept=True, unpaid=3), report)[1])
    assert more not in said(decision_results(Plan(people(3), accept=True), report)[1])


def test_taking_acceptances_back_names_who_loses_access() -> None:
    """D27: only those that were done."""
    plan = Plan(people(2), accept=True)
    report = _report(DecisionResult(transfer_id="trf_0"), _no(1, ProblemCode.TRANSFER_NOT_PENDING), accepted=1)
    assert said(list(undo_summary(plan, report).items)) == ["P0  p0@x.example"]
    undone = UndoReport(undone=1, failed=1, results=(report.results[0], _no(1, ProblemCode.UNDO_NOT_POSSIBLE)))
    assert undo_results(plan, undone) == (
        "1 decision undone, 1 not",
        [
            [("! "), "P1  p1@x.example", ("  The server's words.", "bad")],
            [("✓ ", "ok"), "P0  p0@x.example", ("  pending again", "dim")],
        ],
    )


def test_cancelling_says_what_was_not_done() -> None:
    """And says nothing about what was never tried."""
    title, lines = cancel_results(people(3), {"trf_0": "", "trf_1": "decided already"})
    assert title == "1 request cancelled, 1 not done"
    assert said(lines) == ["! P1  p1@x.example  decided already", "- P0  p0@x.example  cancelled"]


def test_details_say_until_when_and_by_whom() -> None:
    """Moments are absolute here, with the age beside them."""
    waits = said(detail_lines(make_transfer(message="Hi\x1b]0;x\x07", gives_up="Professional"), NOW))
    assert "Expires     2026-12-04 11:02 UTC, in 13 d" in waits
    assert "Message     Hi␛]0;x␇" in waits
    declined = make_transfer(
        direction=Direction.OUTGOING,
        state=TransferState.DECLINED,
        decided_at=NOW,
        decided_by="jane@acme.example",
        reason="no",
    )
    ended = said(detail_lines(declined, NOW))
    assert ended[-2:] == ["Decided     2026-11-20 14:02 UTC by jane@acme.example", "Reason      no"]
    soon = make_transfer(direction=Direction.OUTGOING, resend_after=NOW + dt.timedelta(minutes=20))
    assert said(detail_lines(soon, NOW))[-1] == "Send again  from 14:22 UTC"
