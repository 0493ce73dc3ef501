"""The events as a file: all that the filter shows, whether it is on the screen or not."""

import asyncio
import json

from textual import work

from client.errors import HeadcountError
from contract.events import Event, EventsQuery
from screens.managed_list import ManagedList
from screens.save_file import Place, SaveFile
from tui.errors import told
from tui.sentences import sentence
from tui.text import clean
from tui.wording import count

__all__ = ["HEAD", "SavingEvents", "saved_row"]

HEAD = (
    "event",
    "time",
    "kind",
    "who",
    "account",
    "what",
    "object_type",
    "object",
    "object_id",
    "before",
    "after",
    "request",
    "command",
)
"""The columns of the file; times are UTC, before and after are JSON."""


def saved_row(event: Event) -> tuple[str, ...]:
    """An event in these columns."""
    actor, about, request = event.actor, event.object, event.request
    return (
        event.id,
        f"{event.created_at:%Y-%m-%dT%H:%M:%SZ}",
        event.type.value,
        actor.label,
        actor.account_id or "",
        sentence(event),
        about.type,
        about.label,
        about.id,
        json.dumps(event.previous, ensure_ascii=False) if event.previous else "",
        json.dumps(about.attributes, ensure_ascii=False) if about.attributes else "",
        request.id or "",
        request.idempotency_key or "",
    )


class SavingEvents(ManagedList):
    """What `E` does on the list of events. Reading is all it needs."""

    saving = ""
    """The file that is on its way."""

    def ask_where_to_save(self, asked: EventsQuery) -> None:
        """Ask for a place, and save there what a query finds."""
        if self.saving:
            self.show_result(f"Wait: {self.saving} is being saved. ctrl+c cancels.", "warn")
        elif self.app.screen is self:
            filtered = (
                f": those that the filter shows, {clean(self.table.asked.text, 60)}" if self.table.asked.text else "."
            )
            about = f"{count(self.table.total, 'event')}{filtered}"

            def decided(place: Place | None) -> None:
                if place:
                    self._save(place, asked)

            name = f"events-{self.session.now().date():%Y-%m-%d}.csv"
            self.app.push_screen(SaveFile("Export the events", name, about, text_only=True), decided)

    @work(group="question", exit_on_error=False)
    async def _save(self, place: Place, asked: EventsQuery) -> None:
        named = clean(str(place.path), 200)
        self.saving = clean(place.path.name, 60)
        self.show_result(f"Saving {named}… ctrl+c cancels.", "dim")
        try:
            saved = await self.client.save_events(place.path, asked, HEAD, saved_row, replace=place.replace)
        except HeadcountError as error:
            self.show_error(told(error))
        except asyncio.CancelledError:
            self.show_result(f"Cancelled: nothing was saved in {named}.", "dim")
            raise
        else:
            self.show_result(f"Saved {count(saved, 'event')} in {named}.")
        finally:
            self.saving = ""

    @property
    def unfinished(self) -> str:
        """A file on its way too."""
        return super().unfinished or (f"a file on its way ({self.saving}); it will not be saved" if self.saving else "")
