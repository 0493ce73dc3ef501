"""What invitation codes say, without a screen."""

import datetime as dt

import pytest
from hostile import NAMES
from made import NOW

from contract.codes import CodeState, CodeUse, InvitationCode
from contract.users import UserStatus
from screens.codes.forms import EndError, end_of
from screens.codes.text import code_row, delete_summary, detail_lines, made_line, state_tone, switched_line
from tui.presentation.text import clean
from tui.presentation.tones import Line, parts

DAY = dt.timedelta(days=1)


def _code(**facts: object) -> InvitationCode:
    """An active code for ten."""
    defaults: dict[str, object] = {
        "id": "inc_1",
        "code": "WELCOME-26",
        "state": CodeState.ACTIVE,
        "enabled": True,
        "uses": 8,
        "max_uses": 10,
        "created_at": NOW - DAY,
        "created_by": "ada@tidewheel.example",
        "version": 9,
    }
    return InvitationCode.model_validate({**defaults, **facts})


def _plain(lines: list[Line]) -> list[str]:
    return ["".join(piece if isinstance(piece, str) else piece[0] for piece in parts(line)) for line in lines]


@pytest.mark.parametrize(
    ("typed", "end"),
    [
        ("", None),
        ("never", None),
        ("1", NOW + DAY),
        (" 30 days ", NOW + 30 * DAY),
        ("7d", NOW + 7 * DAY),
        ("2026-11-20", dt.datetime(2026, 11, 21, tzinfo=dt.UTC)),
        ("2026-12-31", dt.datetime(2027, 1, 1, tzinfo=dt.UTC)),
    ],
)
def test_an_end_is_days_or_a_last_day(typed: str, end: dt.datetime | None) -> None:
    """The day that is named is the last one."""
    assert end_of(typed, NOW) == end


@pytest.mark.parametrize(
    "typed", ["0", "2026-11-19", "soon", "-3", "3.5", "٣", "31.12.2026", "9999-12-31", "2026-02-30"]
)
def test_what_is_no_end_is_said(typed: str) -> None:
    """What is over is over; the rest names what would do."""
    with pytest.raises(EndError, match="That day is in the past" if typed in {"0", "2026-11-19"} else "such as 30"):
        end_of(typed, NOW)


def test_an_end_beyond_a_life_is_no_end() -> None:
    """A number with digits too many is said, instead of ending some day else than was typed."""
    with pytest.raises(EndError, match="At most 36,500 days"):
        end_of("36501", NOW)
    assert end_of("36500", NOW) == NOW + 36_500 * DAY


def test_a_row_says_how_long_and_how_often() -> None:
    """Without a limit there is no slash; what is over has its day."""
    assert code_row(_code(), NOW).cells == ("WELCOME-26", "● active", "8 / 10", "never", "ada@tidewheel.example")
    free = _code(max_uses=None, uses=1204, expires_at=NOW + 3 * DAY)
    assert code_row(free, NOW).cells[2:4] == ("1,204", "in 3 d")
    over = _code(expires_at=NOW - DAY, state=CodeState.EXPIRED)
    assert code_row(over, NOW).cells[1:4] == ("- expired", "8 / 10", "2026-11-19")
    assert [state_tone(word) for word in ("● active", "○ off", "- used up", "")] == ["ok", "warn", "dim", ""]


def test_details_list_who_came_in() -> None:
    """Who was removed is named as such; more than are shown are counted; before the answer nothing is claimed."""
    use = CodeUse(used_at=NOW, user_id="usr_1", email="a@x.example", first_name="Ana", status=UserStatus.REMOVED)
    lines = _plain(detail_lines(_code(), NOW, (use,), 8))
    assert lines[-2:] == ["2026-11-20  Ana  a@x.example  removed", "and 7 before them"]
    assert _plain(detail_lines(_code(), NOW))[-1] == "Loading the users who joined with it…"
    assert _plain(detail_lines(_code(uses=0), NOW))[-1] == "Nobody has used it yet."
    assert "no limit" in _plain(detail_lines(_code(max_uses=None), NOW))[2]


def test_switching_on_what_lets_nobody_in_says_so() -> None:
    """On is not the same as active."""
    assert switched_line(_code()) == "Switched on: WELCOME-26."
    used = _code(state=CodeState.USED_UP, uses=10)
    assert switched_line(used).endswith("Nobody can use it even so: it is used up.")
    assert switched_line(_code(enabled=False, state=CodeState.OFF)) == "Switched off: WELCOME-26."


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_whatever_a_server_calls_a_code_is_harmless(name: str) -> None:
    """Every line of details, dialog and result is as clean as it would be by itself."""
    use = CodeUse.model_construct(
        used_at=NOW, user_id="usr_1", email=name, first_name=name, last_name="", status=UserStatus.ACTIVE
    )
    code = _code().model_copy(update={"code": name, "created_by": name})
    summary = delete_summary(code)
    said = [*_plain(detail_lines(code, NOW, (use,), 1)), summary.title, made_line(code), switched_line(code)]
    assert all(clean(line, 2000) == line for line in said if line)
