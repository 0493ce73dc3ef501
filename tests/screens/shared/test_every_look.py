"""Pictures of what no area's own pictures show: forms, details, the palette, and organisations of every kind.

`test_every_screen_has_its_pictures` walks all screens and dialogs there are: one without a picture at both sizes fails.
"""

import html
import importlib
import pkgutil
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, cast

import looks
import pytest
from harness import Desk, Office, serving
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Input

import screens
from contract.people import Role
from screens.billing.screen import BillingScreen
from screens.codes.forms import ChangeCode, NewCodeForm
from screens.shared.detail import Detail
from screens.shared.help import Help
from screens.transfers.forms import ReasonForm
from screens.users.edit import EditUser
from tui.app import HeadcountApp

HERE: Final = Path(__file__).parent.parent

PICTURES: Final[Mapping[str, tuple[str, str]]] = {
    "ActivityScreen": ("activity/test_activity_looks/test_what_happened", "7 Activity"),
    "AddUsers": ("users/test_users_looks/test_the_form_that_keeps_going", "Add users"),
    "ApplyDialog": ("imports/test_imports_looks/test_what_it_comes_to", "best effort"),
    "AskToJoin": ("transfers/test_transfers_looks/test_asking_somebody", "Ask somebody to join"),
    "BillingScreen": ("billing/test_billing_looks/test_invoices", "6 Billing"),
    "ChangeCode": ("shared/test_every_look/test_a_dialog[change-code", "Change WELCOME-26"),
    "CodeDetail": ("codes/test_codes_looks/test_one_code", "WELCOME-26"),
    "CodesScreen": ("codes/test_codes_looks/test_the_codes", "5 Codes"),
    "Columns": ("imports/test_imports_looks/test_naming_the_columns", "Columns of"),
    "Confirm": ("users/test_users_looks/test_asking_before_a_removal", "Remove 12 users"),
    "DecisionDialog": ("transfers/test_transfers_looks/test_choosing_who_is_accepted[all", "transfer requests"),
    "Detail": ("shared/test_every_look/test_a_dialog[user", "Added by"),
    "EditUser": ("shared/test_every_look/test_a_dialog[edit-user", "Edit "),
    "Encodings": ("imports/test_imports_looks/test_choosing_an_encoding", "Encoding of"),
    "HandOut": ("codes/test_codes_looks/test_handing_one_out", "Share "),
    "Help": ("shared/test_every_look/test_a_dialog[help", "Keys: "),
    "ImportFile": ("imports/test_imports_looks/test_choosing_a_file", "Import users"),
    "ImportScreen": ("imports/test_imports_looks/test_the_plan", "verdict:"),
    "MembersScreen": ("members/test_members_looks/test_the_directory", "4 Members"),
    "MendRow": ("imports/test_imports_looks/test_mending_a_row", "Row "),
    "NewCodeForm": ("codes/test_codes_looks/test_making_one", "New invitation code"),
    "OverviewScreen": ("overview/test_overview_looks/test_the_overview", "My subscription"),
    "PayScreen": ("purchase/test_pay_looks/test_paying_for_who_is_not_paid", "Pay for users NOT PAID"),
    "ProfileScreen": ("profile/test_profile_looks/test_a_user", "What you use"),
    "QuoteDialog": ("overview/test_overview_looks/test_asking_before_paying", "Confirm modifications"),
    "ReasonForm": ("shared/test_every_look/test_a_dialog[reason", "Decline 1 transfer request"),
    "RoleDialog": ("members/test_members_looks/test_what_an_owner_may_do[ekkk", "Role of"),
    "SaveFile": ("transfers/test_transfers_looks/test_saving_the_results", "Save the results"),
    "SaveRejected": ("imports/test_imports_looks/test_saving_the_failed_rows", "Save the failed rows"),
    "SmallForm": ("profile/test_profile_looks/test_asking_to_join", "Ask to join"),
    "TermsDialog": ("overview/test_overview_looks/test_larger_changes[plans", "per seat and month"),
    "TransfersScreen": ("transfers/test_transfers_looks/test_incoming", "Incoming"),
    "UsersScreen": ("users/test_users_looks/test_the_list", "3 of 40"),
}
"""For each screen and dialog by its class: the test that takes its picture at both sizes, and words that are in it."""

DIALOGS: Final[Mapping[str, tuple[str, tuple[str, ...], type[Screen[Any]] | None]]] = {
    "change-code": ("codes", ("e",), ChangeCode),
    "new-code": ("codes", ("n",), NewCodeForm),
    "edit-user": ("users", ("e",), EditUser),
    "user": ("users", ("enter",), Detail),
    "reason": ("transfers", ("x",), ReasonForm),
    "request": ("transfers", ("enter",), Detail),
    "outgoing": ("transfers", ("tab",), None),
    "sent-request": ("transfers", ("tab", "enter"), Detail),
    "help": ("users", ("question_mark",), Help),
    "palette": ("overview", ("colon",), None),
    "leaving": ("overview", ("plus", "q"), None),
    "payment": ("billing", ("tab", "enter"), Detail),
    "payment-to-come": ("billing", ("tab", "tab", "enter"), Detail),
}
"""What is pressed in which area, and what is open then: nothing of it changes anything."""

KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    "contract": ("overview", "users", "transfers", "activity"),
    "non-commercial": ("overview", "users", "billing"),
    "business": ("overview", "users", "transfers", "members", "codes", "billing", "activity"),
}
"""A new organisation on these plans, with nobody but its owner, and the areas of it that are looked at."""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """The demo organisation, which is only looked at here."""
    with serving(tmp_path_factory.mktemp("demo")) as office:
        yield office


@pytest.fixture(scope="module")
def new(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, Office]]:
    """New organisations by their plan."""
    with (
        serving(tmp_path_factory.mktemp("contract"), plan="contract") as contract,
        serving(tmp_path_factory.mktemp("free"), plan="non-commercial") as free,
        serving(tmp_path_factory.mktemp("business"), plan="business") as business,
    ):
        yield {"contract": contract, "non-commercial": free, "business": business}


def picture(
    snap_compare: Any, office: Office, size: tuple[int, int], area: str, *keys: str, role: Role = Role.OWNER
) -> tuple[bool, list[str]]:
    """Whether it looks as before, and the classes of the screens that were open."""
    app, wire = office.app(role)
    seen: list[str] = []

    async def run(pilot: Pilot[Any]) -> None:
        """Go there."""
        desk = Desk(cast("HeadcountApp", pilot.app), pilot, wire)
        await desk.settled()
        await desk.app.action_area(area)
        await desk.settled()
        for key in keys:
            await desk.press(key)
        for each in desk.app.screen.query(Input):
            each.cursor_blink = False
        await desk.pilot.pause(0.3)
        seen.extend(type(each).__name__ for each in desk.app.screen_stack)

    return bool(snap_compare(app, terminal_size=size, run_before=run)), seen


@pytest.mark.parametrize("size", looks.SIZES)
@pytest.mark.parametrize("name", DIALOGS)
def test_a_dialog(snap_compare: Any, demo: Office, name: str, size: tuple[int, int]) -> None:
    """Forms, details, lists beside the first, help and the palette."""
    area, keys, expected = DIALOGS[name]
    same, seen = picture(snap_compare, demo, size, area, *keys)
    assert same
    assert expected is None or seen[-1] == expected.__name__


@pytest.mark.parametrize("size", looks.SIZES)
@pytest.mark.parametrize(("plan", "area"), [(plan, area) for plan, areas in KINDS.items() for area in areas])
def test_a_new_organisation(
    snap_compare: Any, new: Mapping[str, Office], plan: str, area: str, size: tuple[int, int]
) -> None:
    """What an empty list advises, and what a plan has no words of."""
    assert picture(snap_compare, new[plan], size, area)[0]


@pytest.mark.parametrize("size", looks.SIZES)
@pytest.mark.parametrize("area", ["overview", "users", "transfers"])
def test_a_viewer(snap_compare: Any, demo: Office, area: str, size: tuple[int, int]) -> None:
    """Who may only look is offered nothing else."""
    assert picture(snap_compare, demo, size, area, role=Role.VIEWER)[0]


def every_screen() -> set[type[Screen[Any]]]:
    """The screens and dialogs that are opened: those from which no other is derived, and those opened themselves."""
    for module in pkgutil.walk_packages(screens.__path__, "screens."):
        importlib.import_module(module.name)
    found: set[type[Screen[Any]]] = set()
    rest: list[type[Screen[Any]]] = [Screen]
    while rest:
        rest += [each for each in rest.pop().__subclasses__() if each not in found]
        found |= {each for each in rest if each.__module__.startswith(("screens.", "tui."))}
    bases = {base for each in found for base in each.__mro__[1:]}
    source = "\n".join(path.read_text() for path in (HERE.parent.parent / "screens").rglob("*.py"))
    opened = {each for each in bases & found if re.search(rf"(?<!class )\b{each.__name__}\(", source)}
    return (found - bases) | cast("set[type[Screen[Any]]]", opened)


def words_in(svg: Path) -> str:
    """What is written in a picture."""
    return html.unescape(svg.read_text()).replace("\N{NO-BREAK SPACE}", " ")


def test_every_screen_has_its_pictures() -> None:
    """Each screen and dialog is shown at 80×24 and at 120×40 by a picture that has its words."""
    names = {each.__name__ for each in every_screen()}
    assert names - set(PICTURES) == set(), "these have no picture yet"
    for name, (test, words) in PICTURES.items():
        folder, module, function = test.split("/")
        for size in ("size0", "size1"):
            case = f"{function}-{size}]" if "[" in function else f"{function}[{size}]"
            svg = HERE / folder / "__snapshots__" / module / f"{case}.svg"
            assert svg.is_file(), f"{name} has no picture {svg.name}"
            assert words in words_in(svg), f"{svg.name} does not show {name}"
    assert BillingScreen in every_screen()
