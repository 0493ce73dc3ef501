"""An import without a screen: every state it can be in, and how it goes on after whatever breaks."""

import asyncio
import errno
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, cast

import pytest
from test_imports_text import make_import

from client.api import Client
from client.errors import HeadcountError, Invalid, ServerFault, Unreachable, VersionConflict
from contract.events import EventKind
from contract.imports import (
    ApplyImport,
    Import,
    ImportCells,
    ImportMapping,
    ImportRow,
    ImportStatus,
    ImportStop,
    ImportTransferReport,
    ImportVerdict,
)
from contract.users import BatchMode
from screens.imports import job as module
from screens.imports.job import Away, ImportJob, NotSent, Sending, Standing, Working
from screens.imports.plan import plan_lines, progress
from tui.presentation.tones import pieces


class Server:
    """Answers each call with what a test has put there, and writes down what was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.answers: dict[str, list[Any]] = {}

    def __getattr__(self, name: str) -> Callable[..., Coroutine[Any, Any, Any]]:
        async def call(*_: object, **said: Any) -> Any:
            await asyncio.sleep(0)
            self.asked.append((name, said))
            answers = self.answers[name]
            answer = answers.pop(0) if len(answers) > 1 else answers[0]
            if isinstance(answer, HeadcountError):
                raise answer
            return answer

        return call

    def sent(self, name: str, what: str) -> list[Any]:
        """What was said in each call of that name."""
        return [said[what] for called, said in self.asked if called == name]


class Host:
    """Shows nothing, and runs what it is given."""

    def __init__(self) -> None:
        self.is_attached = True
        self.heard: list[str] = []
        self.said: list[str] = []
        self.changed: list[EventKind] = []
        self.tasks: list[asyncio.Task[None]] = []

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *_: self.heard.append(name)

    def show_result(self, text: str, tone: str = "ok") -> None:
        """Keep it."""
        self.said.append(f"{tone}: {text}")

    def show_error(self, error: str) -> None:
        """Keep it."""
        self.said.append(f"error: {error}")

    def ended(self, *kinds: EventKind) -> None:
        """Keep it."""
        self.changed += kinds

    def start(self, work: Coroutine[Any, Any, None], group: str) -> None:
        """Run it."""
        self.heard.append(group)
        self.tasks.append(asyncio.create_task(work))

    async def rest(self) -> None:
        """Until everything that was begun has ended."""
        while waiting := [task for task in self.tasks if not task.done()]:
            await asyncio.gather(*waiting)


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks follow one another without a pause."""
    monkeypatch.setattr(module, "LOOK_EVERY", 0)
    monkeypatch.setattr(module, "RETRY", 0)


def begun(what: Path | Import, **answers: list[Any]) -> tuple[ImportJob, Server, Host]:
    """A job with its server and its host."""
    server, host = Server(), Host()
    server.answers = answers
    return ImportJob(cast("Client", server), cast("module.ImportHost", host), what), server, host


def shown(job: ImportJob) -> str:
    """What stands above its rows."""
    return " ".join("".join(text for text, _ in pieces(line)) for line in plan_lines(job, None, 80, 24))


def kind(job: ImportJob) -> type:
    """Which state it is in."""
    return type(job.state)


def applying(applied: int, version: int = 2) -> Import:
    """Under way."""
    return make_import(status=ImportStatus.APPLYING, applied=applied, remaining=10 - applied, version=version)


def stopped(because: ImportStop, applied: int = 4, version: int = 3) -> Import:
    """Stopped in the middle."""
    facts = {"applied": applied, "remaining": 10 - applied, "version": version}
    return make_import(status=ImportStatus.STOPPED, stopped_because=because, **facts)


PLANNED = make_import(remaining=10)
DONE = make_import(status=ImportStatus.APPLIED, applied=10, version=9)
ORDER = ApplyImport(mode=BatchMode.UNTIL_FULL, version=1, ask=True)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Ten bytes."""
    path = tmp_path / "people.csv"
    path.write_bytes(b"0123456789")
    return path


async def test_a_file_is_sent_and_its_plan_followed(file: Path) -> None:
    """Sending, working, standing: one state after the other, with what is shown of each."""
    job, server, host = begun(file, plan_import=[make_import(status=ImportStatus.PLANNING)], an_import=[PLANNED])
    assert kind(job) is Sending
    assert (shown(job), progress(job)) == ("Sending the file… ctrl+c cancels.", None)
    job.begin()
    await host.rest()
    assert job.state == Standing(PLANNED)
    assert [name for name, _ in server.asked] == ["plan_import", "an_import"]
    assert host.heard.count("reload_rows") == 2


async def test_how_much_of_a_file_is_sent_is_counted(file: Path) -> None:
    """Bytes of bytes; when all are gone the server's answer is waited for."""
    job, _, _ = begun(file)
    job.state = Sending("key", 0, 10)
    job._hear_sent(4)
    assert progress(job) == (4, 10, "40 %")
    job._hear_sent(10)
    assert shown(job) == "Sent. The server is reading and checking the rows…"


@pytest.mark.parametrize(
    ("error", "same"), [(Unreachable("away"), True), (ServerFault("broken"), True), (Invalid("no people"), False)]
)
async def test_a_file_is_sent_again_with_the_same_key_only_when_nobody_knows(
    file: Path,
    error: HeadcountError,
    same: bool,  # noqa: FBT001 - a case
) -> None:
    """Refused, the next attempt is another one."""
    job, server, host = begun(file, plan_import=[error, PLANNED], an_import=[PLANNED])
    await job.send()
    assert kind(job) is NotSent
    assert "r sends the file again" in shown(job)
    await job.send()
    await host.rest()
    first, second = server.sent("plan_import", "key")
    assert (first == second) is same
    assert job.state == Standing(PLANNED)


async def test_a_file_that_was_cancelled_or_is_gone_says_so_and_can_be_sent_again(file: Path) -> None:
    """Nothing claims that it was sent."""
    job, _, host = begun(file)
    cast("Any", job._client).plan_import = lambda *_, **__: asyncio.sleep(60)
    host.start(job.send(), "question")
    while not progress(job):
        await asyncio.sleep(0.001)
    host.tasks[0].cancel()
    await asyncio.gather(*host.tasks, return_exceptions=True)
    assert shown(job) == "Cancelled. r sends the file again, Esc closes."
    file.unlink()
    await job.send()
    assert shown(job).startswith(
        f"The file can't be read: {OSError(errno.ENOENT, 'No such file or directory').strerror}."
    )


async def test_what_was_confirmed_is_applied_to_its_end() -> None:
    """Mode and whether others are asked are sent as they were agreed; then the users are others."""
    job, server, host = begun(PLANNED, apply_import=[applying(0)], an_import=[applying(3), applying(7), DONE])
    job.apply(ORDER)
    assert kind(job) is Working
    await host.rest()
    assert job.state == Standing(DONE)
    assert [server.sent("apply_import", each) for each in ("mode", "version", "ask")] == [
        [BatchMode.UNTIL_FULL],
        [1],
        [True],
    ]
    assert host.changed == [EventKind.USER_ADDED]
    assert "touch" in host.heard


async def test_an_order_nobody_answered_goes_on_with_its_key_when_the_server_is_back() -> None:
    """Away, and nothing was done: sent again as it was, once."""
    lost = Unreachable("away")
    answers = {"apply_import": [lost, applying(0)], "an_import": [lost, ServerFault("broken"), PLANNED, DONE]}
    job, server, host = begun(PLANNED, **answers)
    job.apply(ORDER)
    while kind(job) is not Away:
        await asyncio.sleep(0)
    assert "The server does not answer." in shown(job)
    await host.rest()
    assert len(set(server.sent("apply_import", "key"))) == 1
    assert len(server.sent("apply_import", "key")) == 2
    assert job.state == Standing(DONE)


async def test_an_order_goes_on_after_the_server_was_started_again_but_not_for_ever() -> None:
    """Interrupted, it goes on from the version that stands; without a row done in between, five times at most."""
    halt = stopped(ImportStop.INTERRUPTED)
    job, server, host = begun(PLANNED, apply_import=[applying(2)], an_import=[halt, DONE])
    job.apply(ORDER)
    await host.rest()
    assert server.sent("apply_import", "version") == [1, 3]
    assert server.sent("apply_import", "ask") == [True, True]
    job, server, host = begun(halt, apply_import=[halt], an_import=[halt])
    job.apply(ORDER)
    await host.rest()
    assert len(server.sent("apply_import", "version")) == 6
    assert job.state == Standing(halt)


@pytest.mark.parametrize("because", [ImportStop.FULL, ImportStop.REFUSED, ImportStop.ASKED])
async def test_what_stopped_for_a_reason_does_not_go_on_by_itself(because: ImportStop) -> None:
    """Somebody has to look at it."""
    job, server, host = begun(PLANNED, apply_import=[applying(0)], an_import=[stopped(because)])
    job.apply(ORDER)
    await host.rest()
    assert len(server.sent("apply_import", "key")) == 1
    assert job.state == Standing(stopped(because))


async def test_an_import_stopped_here_does_not_go_on_when_the_server_comes_back() -> None:
    """Stopping takes back what was confirmed, also while the server is away."""
    job, server, host = begun(
        applying(2), stop_import=[Unreachable("away")], an_import=[stopped(ImportStop.INTERRUPTED)]
    )
    job.apply(ORDER)
    host.tasks[0].cancel()
    job._lose()
    job.stop()
    assert kind(job) is Away
    await asyncio.gather(*host.tasks, return_exceptions=True)
    await job.follow()
    assert server.sent("apply_import", "key") == []
    assert job.state == Standing(stopped(ImportStop.INTERRUPTED))


async def test_an_order_for_another_version_is_dropped_and_the_import_looked_at() -> None:
    """Somebody changed it meanwhile: it is shown as it is, and nothing goes on."""
    newer = make_import(remaining=8, version=4)
    job, server, host = begun(PLANNED, apply_import=[VersionConflict("changed")], an_import=[newer])
    job.apply(ORDER)
    await host.rest()
    assert job.state == Standing(newer)
    assert len(server.sent("apply_import", "key")) == 1
    assert host.said == ["warn: Someone else has changed this import: check it again, then press c."]


async def test_leaving_does_not_break_off_what_was_confirmed() -> None:
    """It is sent, and nothing is followed or said where nobody looks any more."""
    job, server, host = begun(PLANNED, apply_import=[applying(0)])
    host.is_attached = False
    job.apply(ORDER)
    await host.rest()
    assert [name for name, _ in server.asked] == ["apply_import"]
    assert host.said == []
    assert job.is_under_way


async def test_columns_are_asked_for_and_named_once_with_their_key() -> None:
    """A file without known headers asks; the answer is planned, also when it had to be sent twice."""
    unnamed = make_import(status=ImportStatus.NEEDS_MAPPING, columns=[])
    job, server, host = begun(unnamed, an_import=[unnamed], map_import=[ServerFault("broken"), PLANNED])
    await job.follow()
    assert "show_columns" in host.heard
    for _ in range(2):
        await job.name_columns(ImportMapping(email=1))
    server.answers["an_import"] = [PLANNED]
    await host.rest()
    assert len(set(server.sent("map_import", "key"))) == 1
    assert job.state == Standing(PLANNED)


async def test_transfer_requests_go_out_once_and_are_reported() -> None:
    """The same rows once more after an answer that was lost have the same key; then each row's outcome is shown."""
    row = ImportRow(number=2, cells=ImportCells(email="a@x.example"), verdict=ImportVerdict.NEEDS_TRANSFER)
    report = ImportTransferReport(requested=0, failed=(), current=PLANNED)
    job, server, host = begun(PLANNED, send_import_transfers=[Unreachable("away"), report])
    await job.send_requests([row])
    await job.send_requests([row])
    assert len(set(server.sent("send_import_transfers", "key"))) == 1
    assert host.heard.count("show_report") == 1
    assert host.changed == [EventKind.TRANSFER_REQUESTED] * 2


async def test_silence_is_said_soon_and_only_while_something_is_under_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two seconds without a word and without a connection; what stands still needs no word."""
    for current, expected in ((applying(2), Away(applying(2))), (PLANNED, Standing(PLANNED))):
        job, _, _ = begun(current)
        job.doubt()
        assert kind(job) is not Away
        monkeypatch.setattr(job, "_heard_at", job._heard_at - 3)
        job.doubt()
        assert job.state == expected
