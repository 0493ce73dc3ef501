"""What invitation codes say: rows, details, what deleting one does. Pure."""

import datetime as dt
from collections.abc import Mapping, Sequence

from contract.codes import CodeState, CodeUse, InvitationCode
from contract.users import UserStatus
from tui.presentation.confirmation import Summary
from tui.presentation.lines import labelled
from tui.presentation.text import clean
from tui.presentation.tones import Line, Tone
from tui.presentation.users import person
from tui.presentation.wording import age, count
from tui.widgets.table.data import Row

__all__ = [
    "CODE_WORDS",
    "code_row",
    "delete_summary",
    "detail_lines",
    "made_line",
    "state_tone",
    "switched_line",
]

CODE_WORDS = {
    CodeState.ACTIVE: "● active",
    CodeState.USED_UP: "- used up",
    CodeState.EXPIRED: "- expired",
    CodeState.OFF: "○ off",
}
"""A code's state as every list shows it: sign and word."""

_TONES: Mapping[CodeState, Tone] = {
    CodeState.ACTIVE: "ok",
    CodeState.USED_UP: "dim",
    CodeState.EXPIRED: "dim",
    CodeState.OFF: "warn",
}
_LONGEST = 60


def state_tone(cell: str) -> Tone:
    """How a state cell looks."""
    return next((tone for state, tone in _TONES.items() if CODE_WORDS[state] == cell), "")


def code_row(code: InvitationCode, now: dt.datetime) -> Row:
    """Cells in the order of the Codes table: code, state, uses, expires, made by."""
    cells = (code.code, CODE_WORDS[code.state], _used(code), _expires(code, now), code.created_by)
    return Row(code.id, cells, code.version, code)


def _used(code: InvitationCode) -> str:
    return f"{code.uses:,}" if code.max_uses is None else f"{code.uses:,} / {code.max_uses:,}"


def _expires(code: InvitationCode, now: dt.datetime) -> str:
    if code.expires_at is None:
        return "never"
    return f"{code.expires_at:%Y-%m-%d}" if code.expires_at <= now else f"in {age(code.expires_at, now)}"


def detail_lines(
    code: InvitationCode, now: dt.datetime, uses: Sequence[CodeUse] | None = None, total: int = 0
) -> list[Line]:
    """Every field, a line each, then who came in with it, the last first; None: that is not known yet."""
    left = code.uses_left
    bound = "no limit" if left is None else f"{left:,} of {code.max_uses:,} left"
    expires: Line = ("never", "dim")
    if code.expires_at:
        moment = f"{code.expires_at:%Y-%m-%d %H:%M} UTC"
        over = code.expires_at <= now
        expires = f"{moment}, {age(code.expires_at, now)} ago" if over else f"{moment}, in {age(code.expires_at, now)}"
    lines = [
        labelled("Code", (clean(code.code, _LONGEST), "strong")),
        labelled("State", (CODE_WORDS[code.state], _TONES[code.state])),
        labelled("Uses", f"{code.uses:,}, {bound}"),
        labelled("Expires", expires),
        labelled("Made", f"{code.created_at:%Y-%m-%d %H:%M} UTC"),
        labelled("Made by", clean(code.created_by, 254)),
        "",
    ]
    if uses is None:
        return [
            *lines,
            ("Loading the users who joined with it…", "dim") if code.uses else ("Nobody has used it yet.", "dim"),
        ]
    if not uses:
        return [*lines, ("Nobody has used it yet.", "dim")]
    lines += [_use_line(use) for use in uses]
    if total > len(uses):
        lines.append((f"and {total - len(uses):,} before them", "dim"))
    return lines


def _use_line(use: CodeUse) -> Line:
    gone = use.status is UserStatus.REMOVED
    said: Line = [(f"{use.used_at:%Y-%m-%d}  ", "dim"), person(use.name, use.email)]
    return [*said, ("  removed", "dim")] if gone else said


def delete_summary(code: InvitationCode) -> Summary:
    """What deleting a code does, and what it does not."""
    lines: list[Line] = ["Nobody can use it any more, and the users who joined with it are no longer listed here."]
    if code.uses:
        lines.append(f"The {count(code.uses, 'user')} who joined with it stay.")
    return Summary(
        title=f"Delete the code {clean(code.code, _LONGEST)}",
        verb="Delete",
        lines=lines,
        final="This can't be undone; switching a code off can.",
        opener="codes.delete",
        danger=True,
    )


def made_line(code: InvitationCode) -> str:
    """What is said when a code was made."""
    remark = f" {clean(code.remark, 300)}" if code.remark else ""
    return f"Created the code {clean(code.code, _LONGEST)}.{remark}"


def switched_line(code: InvitationCode) -> str:
    """What is said when a code was switched off or on."""
    said = f"Switched {'on' if code.enabled else 'off'}: {clean(code.code, _LONGEST)}."
    if code.enabled and code.state is not CodeState.ACTIVE:
        return f"{said} Nobody can use it even so: it {_WHY[code.state]}."
    return said


_WHY = {CodeState.EXPIRED: "has expired", CodeState.USED_UP: "is used up"}
