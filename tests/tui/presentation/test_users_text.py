"""What is said before and after users are removed or edited."""

import datetime as dt

from answers import eur, make_overview, make_subscription
from made import make_user

from contract.problems import ItemProblem, ProblemCode
from contract.subscription import Plan, PlanKind, SeatCounts, SubscriptionStatus
from contract.users import UserBatchReport, UserResult, UserStatus
from tui.presentation.tones import Line, pieces
from tui.presentation.users import (
    conflict_notes,
    detail_lines,
    no_access,
    person,
    removal_results,
    removal_summary,
    restored_line,
)


def said(line: Line) -> str:
    """A line without its tones."""
    return "".join(text for text, _ in pieces(line))


def test_removal_names_everybody_and_says_what_becomes_of_the_seats() -> None:
    """Two active and one unpaid go while three wait: both seats go to those who wait, and undoing has no seat left."""
    users = [make_user(), make_user(first_name="Bo"), make_user(first_name="Cy", status=UserStatus.NOT_PAID)]
    summary = removal_summary(users, make_overview(), hidden="1 of them hidden.")
    assert [said(each) for each in summary.lines] == [
        "These 3 users lose access now. Accounts and data stay.",
        "The 2 users waiting longest for a paid seat take freed seats and become active.",
        "No refund.",
    ]
    assert [said(each) for each in summary.items] == [
        "Ana Silva  ana@acme.example",
        "Bo Silva  ana@acme.example",
        "Cy Silva  ana@acme.example  NOT PAID",
    ]
    assert summary.final == "z can't undo this: there will be no free paid seat."
    assert (summary.hidden, summary.danger, summary.type_number) == ("1 of them hidden.", True, None)


def test_more_than_ten_ask_for_their_number() -> None:
    """And when nobody waits, what is free can be taken back."""
    seats = SeatCounts(paid=36, used=30, free=6, not_paid=0, high_water=36, at_renewal=36)
    summary = removal_summary([make_user()] * 11, make_overview(seats=seats))
    assert summary.type_number == 11
    assert (summary.final, summary.back) == ("", "z undoes it until 30 Nov, while a paid seat is free.")


def test_results_come_row_by_row_failures_first() -> None:
    """An item that the server does not mention counts as not done."""
    users = [make_user(first_name="Ana"), make_user(first_name="Bo"), make_user(first_name="Cy")]
    problem = ItemProblem(code=ProblemCode.USER_REMOVED, detail="This user has already been removed.")
    results = (UserResult(index=0, user=users[0]), UserResult(index=1, problem=problem))
    title, lines = removal_results(users, UserBatchReport(done=1, failed=1, results=results))
    assert title == "1 removed, 2 not done"
    assert [said(each) for each in lines] == [
        "! Bo Silva  ana@acme.example  This user has already been removed.",
        "! Cy Silva  ana@acme.example  no answer from the server about it",
        "- Ana Silva  ana@acme.example  removed",
    ]


def test_taking_back_says_the_status_or_why_not() -> None:
    """A restored user is active; whoever could not be restored is named with the reason."""
    assert said(restored_line(make_user(), make_user())) == "✓ Ana Silva  ana@acme.example  ● active"
    assert said(restored_line(make_user(), "No paid seat is free.")).endswith("No paid seat is free.")


def test_a_conflict_says_what_it_is_now() -> None:
    """Only for the fields that somebody changed, and harmlessly."""
    now = make_user(position="Chief\x1b[2J", last_name="")
    assert conflict_notes(make_user(), now) == {
        "position": "changed meanwhile, now: Chief␛[2J",
        "last_name": "changed meanwhile, now: empty",
    }


def test_people_without_a_name_are_their_address() -> None:
    """It is not said twice."""
    assert person("ana@acme.example", "ana@acme.example") == "ana@acme.example"
    assert said(detail_lines(make_user(position=""))[2]) == "Position    none"


def test_a_status_is_no_promise_while_the_subscription_is_suspended() -> None:
    """D13: users are suspended with it, and it is said that nobody can use the service, and what helps."""
    since = dt.datetime(2026, 12, 8, 0, tzinfo=dt.UTC)
    terms = make_subscription(status=SubscriptionStatus.SUSPENDED, suspended_at=since, overdue=eur(24000))
    suspended = make_overview(subscription=terms)
    assert no_access(suspended) == "Nobody can use the service: suspended since 8 Dec. 1 o pays EUR 240.00."
    lines = [said(each) for each in detail_lines(make_user(status=UserStatus.SUSPENDED), suspended)]
    assert lines[3] == "Status      × inactive · suspended"
    assert lines[-1] == no_access(suspended)
    ended = make_overview(subscription=make_subscription(status=SubscriptionStatus.ENDED))
    assert no_access(ended) == "Nobody can use the service: the subscription ended on 1 Dec."
    assert no_access(make_overview()) == no_access(None) == ""


def test_who_is_not_paid_learns_what_helps() -> None:
    """D15: Pay, or the next renewal if there is one."""
    waits = make_user(status=UserStatus.NOT_PAID)
    assert said(detail_lines(waits, make_overview())[-1]) == (
        "Can't use the service yet: P pays, or the payment of 1 Dec does."
    )
    ends = make_overview(subscription=make_subscription(cancel_at_period_end=True))
    assert said(detail_lines(waits, ends)[-1]) == "Can't use the service yet: P pays."


def test_a_removal_on_a_contract_says_nothing_about_paying() -> None:
    """D17: users of a contract cost nothing, so there is room or there is none."""
    plan = Plan(id="contract", name="Contract", kind=PlanKind.CONTRACT, sub_accounts=True, max_users=36)
    seats = SeatCounts(paid=36, used=30, free=6, not_paid=0, high_water=36, at_renewal=36)
    summary = removal_summary([make_user()], make_overview(plan=plan, seats=seats))
    assert summary.back == "z undoes it until 30 Nov, while there is room."
    assert len(summary.lines) == 1
