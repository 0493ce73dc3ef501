"""An import as the server has it: sending the file, following what becomes of it, applying, stopping, going on."""

import asyncio
from pathlib import Path
from time import monotonic

from pydantic import ValidationError
from textual import work

from client.errors import HeadcountError, ServerFault, Unreachable, VersionConflict
from client.protocol import new_key
from contract.events import EventKind
from contract.imports import ApplyImport, Import, ImportMapping, ImportStatus, ImportStop
from contract.users import BatchMode
from screens.imports.text import Speed
from screens.shared.managed_list import ManagedList
from tui.presentation.errors import told
from tui.runtime.session import Link

__all__ = ["STANDS", "FollowedImport"]

LOOK_EVERY = 0.3
"""Seconds between two looks at an import that is under way."""
STANDS = frozenset({ImportStatus.PLANNED, ImportStatus.STOPPED, ImportStatus.APPLIED})
"""The import waits for somebody, with all rows judged."""

_UNDER_WAY = frozenset({ImportStatus.PLANNING, ImportStatus.APPLYING})
_RETRY = 1.0
_SILENCE = 2.0
_RELOAD = 2.0
_MOST_GOES = 5
_NO_ANSWER = "The server does not answer. It is asked again and again; what is done stays done, nothing is done twice."


class FollowedImport(ManagedList):
    """Begins with a file to send or with an import to go on with; subclasses implement `show_state`.

    An import goes on at the server whatever becomes of this screen. What was confirmed here goes on by itself when the
    server was gone and is back, with the same key as before if it was never answered, so that nothing is done twice.
    """

    def __init__(self, begun: Path | Import) -> None:
        super().__init__()
        self.file = begun if isinstance(begun, Path) else None
        self.current = begun if isinstance(begun, Import) else None
        self.sent = self.whole = 0
        self.silence = self.refusal = ""
        self.speed = Speed()
        self._key = new_key()
        self._confirmed: ApplyImport | None = None
        self._goes = 0
        self._heard_at = self._shown_at = self._reloaded_at = monotonic()

    def show_state(self) -> None:
        """Show how things stand."""
        raise NotImplementedError

    def show_columns(self) -> None:
        """Ask which column holds what."""
        raise NotImplementedError

    def on_mount(self) -> None:
        """Begin with what it was opened with."""
        self.set_interval(1.0, self._listen)
        self.show_state()
        if self.current is None:
            self.upload()
        else:
            self.follow()

    @property
    def is_under_way(self) -> bool:
        """Whether the server works on it."""
        return self.current is not None and self.current.status in _UNDER_WAY

    @property
    def unfinished(self) -> str:
        """A file or an import on its way."""
        if self.whole:
            return "a file on its way; it would have to be sent again"
        under_way = "an import under way; it goes on at the server without you" if self.is_under_way else ""
        return super().unfinished or under_way

    # Sending the file.

    @work(group="question", exclusive=True, exit_on_error=False)
    async def upload(self) -> None:
        """Send the file; once more with the same key when nobody knows whether it arrived."""
        assert self.file is not None
        self.refusal = ""
        try:
            self.whole = (await asyncio.to_thread(self.file.stat)).st_size
            self.show_state()
            found = await self.client.plan_import(self.file, key=self._key, told=self._hear_sent)
        except OSError as error:
            self.refusal = f"The file can't be read: {error.strerror}."
        except HeadcountError as error:
            if not (error.uncertain or isinstance(error, Unreachable | ServerFault)):
                self._key = new_key()
            self.refusal = told(error)
        else:
            self.learn(found)
            self.follow()
        finally:
            self.whole = self.sent = 0
            self.show_state()

    def _hear_sent(self, sent: int) -> None:
        self.sent = sent
        now = monotonic()
        if now - self._shown_at > LOOK_EVERY or sent >= self.whole:
            self._shown_at = now
            self.show_state()

    @work(group="question", exclusive=True, exit_on_error=False)
    async def name_columns(self, mapping: ImportMapping) -> None:
        """Have it planned with these columns."""
        if self.current is None:
            return
        self.show_result("Reading and judging the rows…", "dim")
        import_id, keys = self.current.id, self.intentions
        try:
            found = await self.client.map_import(import_id, mapping, key=keys.key(mapping, import_id))
        except HeadcountError as error:
            keys.failed(error, mapping, import_id)
            self.show_error(told(error))
        else:
            keys.answered(mapping, import_id)
            self.clear_result()
            self.learn(found)
            self.follow()

    # Following what the server does.

    def learn(self, current: Import) -> None:
        """This is how the import is now."""
        before, self.current = self.current, current
        self._heard_at = now = monotonic()
        self.silence = ""
        if current.status is ImportStatus.APPLYING:
            self.speed.note(now, current.applied)
        moved = before is None or before.status is not current.status or current.status in STANDS
        if moved or (self.is_under_way and now - self._reloaded_at > _RELOAD):
            self._reloaded_at = now
            self.reload_rows()
        if before is not None and current.applied > before.applied:
            self._goes = 0
        self.show_state()

    def reload_rows(self) -> None:
        """Ask again for the rows on the screen."""
        self.table.reload()

    def _listen(self) -> None:
        """Say soon that nothing is heard of the server: a call waits much longer before it gives up."""
        silent = self.is_under_way and monotonic() - self._heard_at > _SILENCE
        if silent and self.session.connection.link is not Link.LIVE and not self.silence:
            self.silence = _NO_ANSWER
            self.show_state()

    @work(group="import", exclusive=True, exit_on_error=False)
    async def follow(self) -> None:
        """Look at the import until it stands still, also while the server can't be reached."""
        while self.current is not None:
            try:
                found = await self.client.an_import(self.current.id)
            except (Unreachable, ServerFault):
                self.silence = _NO_ANSWER
                self.show_state()
                await asyncio.sleep(_RETRY)
                continue
            except HeadcountError as error:
                self.show_error(told(error))
                return
            self.learn(found)
            if found.status not in _UNDER_WAY:
                self._stands_still(found)
                return
            await asyncio.sleep(LOOK_EVERY)

    def _stands_still(self, found: Import) -> None:
        """Go on with what was confirmed when the server was gone meanwhile; else that is the end of it."""
        wanted = self._confirmed
        interrupted = found.status is ImportStatus.STOPPED and found.stopped_because is ImportStop.INTERRUPTED
        if wanted and self._goes < _MOST_GOES and (interrupted or found.version == wanted.version):
            self._goes += 1
            self.apply(wanted.mode)
            return
        if wanted:
            self._confirmed = None
            self.session.touch(EventKind.USER_ADDED)
        if found.status is ImportStatus.NEEDS_MAPPING:
            self.show_columns()

    # Applying and stopping.

    def apply(self, mode: BatchMode) -> None:
        """Apply what was read, or go on; on the app, so that leaving the screen does not break it off."""
        if self.current is not None:
            self._confirmed = ApplyImport(mode=mode, version=self.current.version)
            self.speed = Speed()
            work = self._send_apply(self.current.id, self._confirmed)
            self.app.run_worker(work, group="command", exit_on_error=False)

    async def _send_apply(self, import_id: str, body: ApplyImport) -> None:
        keys = self.intentions
        self.begin("starting the import")
        try:
            key = keys.key(body, import_id)
            found = await self.client.apply_import(import_id, version=body.version, mode=body.mode, key=key)
        except HeadcountError as error:
            keys.failed(error, body, import_id)
            if not (error.uncertain or isinstance(error, Unreachable | ServerFault)):
                self._refused(error)
                return
            self.silence = _NO_ANSWER
        else:
            keys.answered(body, import_id)
            self.learn(found)
        finally:
            self.ended(EventKind.USER_ADDED)
        if self.is_attached:
            self.clear_result()
            self.follow()

    def _refused(self, error: HeadcountError) -> None:
        self._confirmed = None
        if not self.is_attached:
            return
        if isinstance(error, VersionConflict):
            try:
                self.learn(Import.model_validate(error.current))
            except ValidationError:
                self.follow()
            self.show_result("Somebody changed this import meanwhile: read it again, then c.", "warn")
        else:
            self.show_error(told(error))

    def stop(self) -> None:
        """Stop after what is being done this moment."""
        if self.current is not None:
            self._confirmed = None
            self.app.run_worker(self._send_stop(self.current.id), group="command", exit_on_error=False)

    async def _send_stop(self, import_id: str) -> None:
        self.begin("stopping")
        try:
            found = await self.client.stop_import(import_id)
        except HeadcountError as error:
            if self.is_attached:
                self.show_error(told(error))
        else:
            if self.is_attached:
                self.clear_result()
                self.learn(found)
        finally:
            self.ended(EventKind.USER_ADDED)
