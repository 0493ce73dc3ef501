"""What is said before and after users are removed or edited."""

from answers import make_overview
from made import make_user

from contract.problems import ItemProblem, ProblemCode
from contract.subscription import SeatCounts
from contract.users import UserBatchReport, UserResult, UserStatus
from screens.users_text import conflict_notes, detail_lines, person, removal_results, removal_summary, restored_line
from tui.theme import Line, pieces


def said(line: Line) -> str:
    """A line without its tones."""
    return "".join(text for text, _ in pieces(line))


def test_removal_names_everybody_and_says_what_becomes_of_the_seats() -> None:
    """Two active and one unpaid go while three wait: both seats go to those who wait, and undoing has no seat left."""
    users = [make_user(), make_user(first_name="Bo"), make_user(first_name="Cy", status=UserStatus.NOT_PAID)]
    summary = removal_summary(users, make_overview(), hidden="1 of them hidden.")
    assert [said(each) for each in summary.lines] == [
        "These 3 users lose access now. Accounts and data stay.",
        "The 2 users who wait longest for a paid seat take freed seats and become active.",
        "No refund.",
    ]
    assert [said(each) for each in summary.items] == [
        "Ana Silva  ana@acme.example",
        "Bo Silva  ana@acme.example",
        "Cy Silva  ana@acme.example  NOT PAID",
    ]
    assert summary.final == "z can't take this back: no paid seat will be free."
    assert (summary.hidden, summary.danger, summary.type_number) == ("1 of them hidden.", True, None)


def test_more_than_ten_ask_for_their_number() -> None:
    """And when nobody waits, what is free can be taken back."""
    seats = SeatCounts(paid=36, used=30, free=6, not_paid=0, high_water=36, at_renewal=36)
    summary = removal_summary([make_user()] * 11, make_overview(seats=seats))
    assert summary.type_number == 11
    assert summary.final == "z takes it back until 30 Nov, while a paid seat is free."


def test_results_come_row_by_row_failures_first() -> None:
    """An item that the server does not mention counts as not done."""
    users = [make_user(first_name="Ana"), make_user(first_name="Bo"), make_user(first_name="Cy")]
    problem = ItemProblem(code=ProblemCode.USER_REMOVED, detail="This user was removed already.")
    results = (UserResult(index=0, user=users[0]), UserResult(index=1, problem=problem))
    title, lines = removal_results(users, UserBatchReport(done=1, failed=1, results=results))
    assert title == "1 removed, 2 not done"
    assert [said(each) for each in lines] == [
        "! Bo Silva  ana@acme.example  This user was removed already.",
        "! Cy Silva  ana@acme.example  the server says nothing about it",
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
