"""The small forms of the transfer requests: a reason for declining, and asking somebody to join."""

from typing import ClassVar

from contract.transfers import NewTransfer
from screens.shared.form import Field, Form, FormScreen
from screens.shared.new_user import from_texts
from tui.presentation.lines import keys_line
from tui.presentation.tones import Line
from tui.presentation.wording import count
from tui.widgets.editor import Editor

__all__ = ["AskToJoin", "ReasonForm"]

_LONGEST_REASON, _LONGEST_MESSAGE, _LONGEST_ADDRESS = 500, 1000, 254


class ReasonForm(FormScreen[str]):
    """Asks for a reason that may stay empty; answers None when it was left."""

    def __init__(self, requests: int, reason: str = "") -> None:
        super().__init__()
        self._requests, self._reason = requests, reason

    def form(self) -> Form:
        """One field."""
        editor = Editor(limit=_LONGEST_REASON)
        editor.set(self._reason)
        return Form(f"Decline {count(self._requests, 'transfer request')}", [Field("reason", "Reason", editor)])

    def on_mount(self) -> None:
        """Say what it is for."""
        whom = "the person" if self._requests == 1 else "each of them"
        said: Line = (f"Optional; {whom} will read it. Nothing is sent before the next dialog.", "dim")
        self.sheet.show(above=["", said, ""], below=["", keys_line([("Enter", "continues"), ("Esc", "cancels")])])

    def on_form_submitted(self) -> None:
        """Enter: on to the summary."""
        self.dismiss(self.sheet.named("reason").text)


class AskToJoin(FormScreen[NewTransfer]):
    """Whom to ask, and a message for them; answers None when it was left."""

    KEYS: ClassVar[Line] = keys_line([("Enter", "next field; on the last one, sends"), ("Esc", "cancels")])

    def __init__(self, request: NewTransfer | None = None, error: str = "") -> None:
        super().__init__()
        self._request, self._error = request, error

    def form(self) -> Form:
        """Address and message."""
        fields = [
            Field("email", "E-mail", Editor(limit=_LONGEST_ADDRESS), error=self._error),
            Field("message", "Message", Editor(limit=_LONGEST_MESSAGE)),
        ]
        for each in fields:
            each.editor.set(getattr(self._request, each.name, ""))
        return Form("Ask somebody to join", fields)

    def on_mount(self) -> None:
        """Say what will happen."""
        said: Line = ("They decide in their own profile; you are not told whether the account exists.", "dim")
        self.sheet.show(above=["", said, ""], below=["", self.KEYS])

    def on_form_submitted(self) -> None:
        """Enter at the end."""
        email, message = (self.sheet.named(name) for name in ("email", "message"))
        made = from_texts({"email": email.text})
        if isinstance(made, dict):
            email.error = made["email"]
            self.sheet.go_to("email")
            self.sheet.show()
        else:
            self.dismiss(NewTransfer(email=made.email, message=message.text))
