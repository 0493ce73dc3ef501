"""The form of invitation codes: making one, and giving one other bounds."""

import datetime as dt

from pydantic import ValidationError

from client.errors import HeadcountError, Invalid, VersionConflict
from contract.codes import LONGEST_CODE, MOST_USES, CodeChanges, InvitationCode, NewCode
from contract.events import EventKind
from contract.problems import ProblemCode
from screens.shared.form import Field, Form, FormScreen
from screens.shared.managed_list import ManagedList
from tui.presentation.errors import told
from tui.presentation.lines import keys_line
from tui.presentation.text import clean
from tui.presentation.tones import Line
from tui.widgets.editor import Editor

__all__ = ["ChangeCode", "CodeForm", "EndError", "NewCodeForm", "end_of"]

_FIELDS = {"code": "Code", "max_uses": "Uses", "expires_at": "Expires"}
_MOST_DAYS = 36_500
_ENDS: Line = ("Expires: in days (30) or with a day (2026-12-31); empty: never.", "dim")
_NO_SEAT: Line = ("On this plan every user is a seat: none is free, so nobody could use a code now.", "warn")
_TOO_FAR = f"At most {_MOST_DAYS:,} days; leave it empty for no end."
_END = "How many days from now, such as 30, or the last day, such as 2026-12-31."


class EndError(ValueError):
    """What was typed is no end; the message says what would be."""


def end_of(typed: str, now: dt.datetime) -> dt.datetime | None:
    """When a code ends: after so many days, or with the end of a day (UTC); None for nothing.

    Raises:
        EndError: it is neither, over already, or too far away.
    """
    text = typed.strip().lower().removesuffix("days").removesuffix("day").removesuffix("d").strip()
    if text in {"", "never"}:
        return None
    if text.isascii() and text.isdigit():
        if int(text[:9]) > _MOST_DAYS:
            raise EndError(_TOO_FAR)
        end = now + dt.timedelta(days=int(text))
    else:
        end = _end_of_day(text)
    if end <= now:
        message = "That day is in the past."
        raise EndError(message)
    return end


def _end_of_day(text: str) -> dt.datetime:
    try:
        return dt.datetime.combine(dt.date.fromisoformat(text), dt.time(), dt.UTC) + dt.timedelta(days=1)
    except (ValueError, OverflowError) as error:
        raise EndError(_END) from error


def _wrong(error: HeadcountError) -> dict[str, str]:
    """What is wrong with which field."""
    if error.code is ProblemCode.CODE_TAKEN:
        return {"code": clean(error.message)}
    fields = error.fields if isinstance(error, Invalid) else ()
    return {each.pointer.removeprefix("/"): clean(each.detail) for each in fields}


class CodeForm(FormScreen[InvitationCode]):
    """What both forms share. `owner` is the list behind, told when the form was left too early."""

    def __init__(self, owner: ManagedList, now: dt.datetime) -> None:
        super().__init__()
        self.owner, self.now = owner, now
        self._sending = False

    def on_mount(self) -> None:
        """Say what the fields take, and the keys."""
        self.show()

    def show(self, remark: Line = "") -> None:
        """What stands above and below the fields."""
        self.sheet.show(above=["", *self.said(), ""], below=["", *([remark] if remark else []), self.keys()])

    def said(self) -> list[Line]:
        """Lines above the fields. For subclasses."""
        return []

    def keys(self) -> Line:
        """The keys. For subclasses."""
        return ""

    def bounds(self, kept_end: str | None = None) -> tuple[int | None, dt.datetime | None] | None:
        """Limit and end as typed; None when one is wrong, which is said at its field. `kept_end` is not looked at."""
        uses, expires = self.sheet.named("max_uses"), self.sheet.named("expires_at")
        end = None
        uses.error = expires.error = ""
        try:
            end = None if expires.text == kept_end else end_of(expires.text, self.now)
        except EndError as error:
            expires.error = str(error)
            self.sheet.go_to("expires_at")
        if uses.text and not 1 <= int(uses.text) <= MOST_USES:
            uses.error = f"1 to {MOST_USES:,}, or empty for no limit."
            self.sheet.go_to("max_uses")
        if uses.error or expires.error:
            self.sheet.show()
            return None
        return (int(uses.text) if uses.text else None), end

    def begin(self) -> bool:
        """Say that it is being sent; False when it is already."""
        if self._sending:
            return False
        self._sending = True
        self.show(("sending…", "dim"))
        return True

    def done(self, code: InvitationCode) -> None:
        """Answered."""
        self._sending = False
        if self.is_attached:
            self.dismiss(code)

    def failed(self, error: HeadcountError) -> None:
        """Say what is wrong at its field, or in the list behind when the form is gone."""
        self._sending = False
        if not self.is_attached:
            self.owner.show_error(told(error))
            return
        pointed = ""
        for name, why in _wrong(error).items():
            if any(each.name == name for each in self.sheet.fields):
                self.sheet.named(name).error = why
                pointed = pointed or name
        if pointed:
            self.sheet.go_to(pointed)
        self.show("" if pointed else (told(error), "bad"))


class NewCodeForm(CodeForm):
    """Makes a code; answers it as the server made it."""

    def form(self) -> Form:
        """Code, limit, end: all may stay empty."""
        fields = [
            Field("code", _FIELDS["code"], Editor(limit=LONGEST_CODE)),
            Field("max_uses", _FIELDS["max_uses"], Editor(digits=True, limit=7)),
            Field("expires_at", _FIELDS["expires_at"], Editor(limit=20)),
        ]
        return Form("New invitation code", fields)

    def said(self) -> list[Line]:
        """What empty fields mean, and that a plan whose seats follow the users leaves no seat free for a code."""
        overview = self.owner.session.overview
        nobody = overview is not None and overview.plan.seats_follow_users and overview.seats.free <= 0
        return [
            *([_NO_SEAT] if nobody else []),
            ("Code: at least 6 letters or digits; leave it empty to generate one.", "dim"),
            ("Uses: how many people can use it; empty: as many as there are free seats.", "dim"),
            _ENDS,
        ]

    def keys(self) -> Line:
        """At the end it is made."""
        return keys_line([("Enter", "next field; on the last one, creates it"), ("Esc", "cancels")])

    def on_form_submitted(self) -> None:
        """Enter at the end."""
        bounds = self.bounds()
        if bounds and self.begin():
            new = NewCode(code=self.sheet.named("code").text, max_uses=bounds[0], expires_at=bounds[1])
            self.app.run_worker(self._make(new), group="command", exit_on_error=False)

    async def _make(self, new: NewCode) -> None:
        keys = self.owner.intentions
        try:
            made = await self.owner.client.create_code(new, key=keys.key(new))
        except HeadcountError as error:
            keys.failed(error, new)
            self.failed(error)
        else:
            keys.answered(new)
            self.done(made)
        finally:
            self.owner.session.touch(EventKind.CODE_CREATED)


class ChangeCode(CodeForm):
    """Gives a code other bounds, as it was seen; answers it as saved."""

    def __init__(self, owner: ManagedList, code: InvitationCode, now: dt.datetime) -> None:
        super().__init__(owner, now)
        self.seen = code

    def form(self) -> Form:
        """The bounds as they are."""
        fields = [
            Field("max_uses", _FIELDS["max_uses"], Editor(digits=True, limit=7)),
            Field("expires_at", _FIELDS["expires_at"], Editor(limit=20)),
        ]
        for each, text in zip(fields, self._shown(self.seen), strict=True):
            each.editor.set(text)
        return Form(f"Change {clean(self.seen.code, 40)}", fields)

    @staticmethod
    def _shown(code: InvitationCode) -> tuple[str, str]:
        end = code.expires_at and code.expires_at - dt.timedelta(microseconds=1)
        return (str(code.max_uses or ""), f"{end:%Y-%m-%d}" if end else "")

    def said(self) -> list[Line]:
        """What empty fields mean."""
        return [
            (f"Uses: by how many people in total, {self.seen.uses:,} so far; empty: no limit.", "dim"),
            ("Expires: days from now, such as 30, or the last day, such as 2026-12-31; empty: never.", "dim"),
        ]

    def keys(self) -> Line:
        """At the end it is saved."""
        return keys_line([("Enter", "next field; on the last one, saves"), ("Esc", "leaves it as it was")])

    def on_form_submitted(self) -> None:
        """Save what differs; nothing is sent when nothing does."""
        uses, expires = (self.sheet.named(name) for name in ("max_uses", "expires_at"))
        before_uses, before_end = self._shown(self.seen)
        if (uses.text, expires.text) == (before_uses, before_end):
            self.dismiss(None)
            return
        end_kept = expires.text == before_end
        bounds = self.bounds(before_end)
        if bounds is None or not self.begin():
            return
        limit, end = bounds
        changes = CodeChanges(
            max_uses=limit,
            unlimited=limit is None and bool(before_uses),
            expires_at=None if end_kept else end,
            never_expires=not end_kept and end is None,
        )
        self.app.run_worker(self._save(changes), group="command", exit_on_error=False)

    async def _save(self, changes: CodeChanges) -> None:
        keys, seen, about = self.owner.intentions, self.seen, f"{self.seen.id} {self.seen.version}"
        try:
            key = keys.key(changes, about)
            saved = await self.owner.client.change_code(seen.id, changes, version=seen.version, key=key)
        except VersionConflict as error:
            keys.failed(error, changes, about)
            self._show_what_changed(error)
        except HeadcountError as error:
            keys.failed(error, changes, about)
            self.failed(error)
        else:
            keys.answered(changes, about)
            self.done(saved)
        finally:
            self.owner.session.touch(EventKind.CODE_CHANGED)

    def _show_what_changed(self, error: VersionConflict) -> None:
        """Show what it is now; what was typed stays for the user to decide."""
        try:
            now = InvitationCode.model_validate(error.current)
        except ValidationError:
            self.failed(error)
            return
        self._sending = False
        if not self.is_attached:
            self.owner.show_error(told(error))
            return
        for name, was, is_now in zip(("max_uses", "expires_at"), self._shown(self.seen), self._shown(now), strict=True):
            each = self.sheet.named(name)
            if was != is_now:
                each.note = f"now {is_now or 'empty'}"
                if each.text == was:
                    each.editor.set(is_now)
        self.seen = now
        said = "The code has changed meanwhile; nothing was saved. Enter on the last field saves the values shown now."
        self.show((said, "warn"))
