"""The way of a newcomer, walked and timed: `python -m bench.newcomer` writes it into docs/operating.md.

A mail server that prints letters, a server, an organisation made while it runs, an owner who signs in by her letter and
signs her terminal in by a code, a colleague with nothing but a browser who accepts; and the owner's terminal, which
nobody touches, says so. Every program is the real one, in a process of its own, with an empty home.
"""

import argparse
import os
import platform
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from email import message_from_string
from email.message import EmailMessage
from email.policy import default
from html.parser import HTMLParser
from pathlib import Path
from typing import IO, Final, Self

import httpx

from bench.figures import RESULTS
from bench.terminal import ROOT, Watched, environment
from bench.world import HEADCOUNT

DOCUMENT: Final = ROOT / "docs" / "operating.md"
RESULT: Final = RESULTS / "newcomer.md"
OLGA, BOB = "olga@tidewheel.example", "bob@rosewood.example"
PATIENCE: Final = 60.0
"""Seconds after which waiting for something is an error."""

_START, _END = "<!-- python -m bench.newcomer writes from here -->\n", "<!-- to here -->"
_LETTER = re.compile(r"^-+ MESSAGE FOLLOWS -+\n(.*?)^-+ END MESSAGE -+$", re.DOTALL | re.MULTILINE)
_CODE = re.compile(r"\b([B-Z]{4}-[B-Z]{4})\b")
_MOST_STEPS = 5


@dataclass(frozen=True)
class Step:
    """What somebody did, as they typed or pressed it, and the seconds until the machine had answered."""

    who: str
    what: str
    then: str
    seconds: float
    commands: int = 0
    keys: int = 0
    buttons: int = 0


@dataclass
class Form:
    """A form of a page: where it goes, what it holds, and the words on its button."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)
    button: str = ""


class Forms(HTMLParser):
    """The forms of a page, and its words."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.words = ""
        self._in_button = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note forms and what is in them."""
        has = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(has["action"]))
        elif tag in {"input", "textarea"} and "name" in has:
            self.forms[-1].fields[has["name"]] = has.get("value", "")
        self._in_button = self._in_button or tag == "button"

    def handle_endtag(self, tag: str) -> None:
        """Leave a button."""
        self._in_button = self._in_button and tag != "button"

    def handle_data(self, data: str) -> None:
        """Note words."""
        self.words += data
        if self._in_button:
            self.forms[-1].button += data


class Browser:
    """Somebody's browser: it keeps cookies, as on TLS, and presses buttons by their words."""

    def __init__(self, url: str) -> None:
        self._http = httpx.Client(base_url=url, timeout=PATIENCE)
        self._cookies: dict[str, str] = {}
        self.page = Forms("")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def open(self, url: str) -> None:
        """Go to an address."""
        self._go("GET", url, {})

    def press(self, button: str, **filled: str) -> None:
        """Fill in the form with that button, and press it.

        Raises:
            LookupError: no such button.
        """
        form = next((each for each in self.page.forms if each.button.strip() == button), None)
        if form is None:
            message = f"no button {button!r}: {' '.join(self.page.words.split())}"
            raise LookupError(message)
        self._go("POST", form.action, form.fields | filled)

    def _go(self, method: str, url: str, fields: dict[str, str]) -> None:
        for _ in range(_MOST_STEPS):
            cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
            answer = self._http.request(method, url, data=fields, headers={"cookie": cookies})
            for line in answer.headers.get_list("set-cookie"):
                name, _, value = line.partition(";")[0].partition("=")
                self._cookies[name] = value
            if not answer.has_redirect_location:
                break
            method, url, fields = "GET", answer.headers["location"], {}
        self.page = Forms(answer.raise_for_status().text)


@dataclass(frozen=True)
class Mails:
    """What the mail server printed."""

    printed: Path

    def link_to(self, receiver: str, path: str) -> str:
        """The address in the newest letter to somebody that leads to a path; waits for it."""
        found: list[str] = []

        def came() -> bool:
            found.extend(
                word
                for letter in _LETTER.findall(self.printed.read_text(encoding="utf-8"))
                for word in _text(letter, receiver).split()
                if word.startswith("http") and path in word
            )
            return found != []

        _wait(came, f"a letter to {receiver} with {path}")
        return found[-1]


def _text(raw: str, receiver: str) -> str:
    """What a letter says, if it is to somebody."""
    letter = message_from_string(raw, EmailMessage, policy=default)
    part = letter.get_body(("plain",)) if letter["To"] == receiver else None
    return str(part.get_content()) if isinstance(part, EmailMessage) else ""


def _wait(until: Callable[[], bool], what: str) -> None:
    end = time.perf_counter() + PATIENCE
    while not until():
        if time.perf_counter() > end:
            raise TimeoutError(what)
        time.sleep(0.01)


class Walk:
    """The steps done so far; `took` notes one."""

    def __init__(self, say: Callable[[str], object]) -> None:
        self.steps: list[Step] = []
        self._say = say

    @contextmanager
    def step(
        self, who: str, what: str, then: str, *, commands: int = 0, keys: int = 0, buttons: int = 0
    ) -> Iterator[None]:
        """Time what is done inside."""
        began = time.perf_counter()
        yield
        seconds = time.perf_counter() - began
        self.steps.append(Step(who, what, then, seconds, commands, keys, buttons))
        self._say(f"{seconds:6.2f} s  {who}: {what}")


def walk(folder: Path, web: int, mail: int, say: Callable[[str], object] = print) -> list[Step]:
    """Walk all of it, with everything in an empty folder, on two ports of this machine."""
    walked, url = Walk(say), f"http://127.0.0.1:{web}"
    mails = Mails(folder / "letters.txt")
    with ExitStack() as stack:
        _operator(walked, stack, folder, url, mail)
        olga = stack.enter_context(Browser(url))
        with walked.step("Olga", "opens the link of her letter, **Sign in**", "her profile", buttons=1):
            olga.open(mails.link_to(OLGA, "/sign-in/confirm"))
            olga.press("Sign in")
        home = _home(folder, "olga")
        _sign_terminal_in(walked, stack, olga, home, url)
        app = stack.enter_context(Watched(HEADCOUNT, home))
        with walked.step("Olga", "`headcount`", "the app shows Tidewheel, live", commands=1):
            app.until("Tidewheel", timeout=PATIENCE)
            app.until("live", timeout=PATIENCE)
        asked = f"asks Bob: `3` `t`, `{BOB}`, `Enter`, and `Enter` once more without a message"
        with walked.step("Olga", asked, "the request is pending", keys=4 + len(BOB)):
            app.key_until("3", "ncoming")
            app.key_until("t", "Ask somebody")
            app.key(BOB)
            app.key("\r")
            app.key_until("\r", "pending until")
        bob = stack.enter_context(Browser(url))
        seen = _join(walked, bob, mails, app)
        with walked.step("Olga", "nothing: no key", f"her terminal says *{BOB} accepted and joins.*"):
            app.until(f"{BOB} accepted and joins", after=seen, timeout=PATIENCE)
        app.leave("q")
    return walked.steps


def _operator(walked: Walk, stack: ExitStack, folder: Path, url: str, mail: int) -> None:
    """Start the mail server and the server, and make an organisation while it runs."""
    home, database = _home(folder, "operator"), str(folder / "seats.db")
    letters = stack.enter_context((folder / "letters.txt").open("w", encoding="utf-8"))
    command = f"python -m aiosmtpd -n -l 127.0.0.1:{mail}"
    with walked.step("operator", f"`{command}`", "it prints every letter", commands=1):
        stack.enter_context(_running([*command.split()[1:]], home, letters))
        _wait(lambda: _listens(mail), "the mail server")
    options = f"--mail-host 127.0.0.1 --mail-port {mail} --mail-security none --mail-from seats@example.org"
    command = f"headcount server run --db seats.db {options} --public-url {url}"
    words = [*command.replace("seats.db", database).split()[1:], "--port", url.rpartition(":")[2]]
    log = stack.enter_context((folder / "server.log").open("w", encoding="utf-8"))
    with walked.step("operator", f"`{command}`", "the server is ready", commands=1):
        stack.enter_context(_running([*HEADCOUNT, *words], home, log))
        _wait(lambda: "ready on" in (folder / "server.log").read_text(encoding="utf-8"), "the server")
    command = f"headcount server init --db seats.db --organisation Tidewheel --owner {OLGA} --invite"
    with walked.step("operator", f"`{command}`", "the organisation is there, a letter goes to Olga", commands=1):
        _done(command.replace("seats.db", database).split()[1:], home)


def _sign_terminal_in(walked: Walk, stack: ExitStack, olga: Browser, home: dict[str, str], url: str) -> None:
    """`headcount login` on a terminal, and its code on the page."""
    command = f"headcount login --url {url}"
    terminal = stack.enter_context(Watched([*HEADCOUNT, *command.split()[1:]], home))
    with walked.step("Olga", f"`{command}`", "a code, and where to type it", commands=1):
        terminal.until("Waiting", timeout=PATIENCE)
    shown = _CODE.search(terminal.raw.decode())
    assert shown, terminal.raw
    confirms = "opens `/device` in her browser, types the code, **Continue**, **Confirm**"
    with walked.step("Olga", confirms, "her terminal is signed in", keys=len(shown[1]), buttons=2):
        olga.open("/device")
        olga.press("Continue", code=shown[1])
        olga.press("Confirm")
        terminal.until("Signed in", timeout=PATIENCE)
    terminal.process.wait(PATIENCE)


def _join(walked: Walk, bob: Browser, mails: Mails, app: Watched) -> int:
    """Bob reads his letter, signs in and accepts; answers how much Olga's terminal had written before he did."""
    with walked.step("Bob", "opens the link of his letter, **Send a link**", "a second letter, to sign in", buttons=1):
        bob.open(mails.link_to(BOB, "/request?"))
        bob.press(f"Send a link to {BOB}")
        link = mails.link_to(BOB, "/sign-in/confirm")
    with walked.step("Bob", "opens its link, **Sign in**", "he has an account, and reads the request", buttons=1):
        bob.open(link)
        bob.press("Sign in")
    app.settle()
    with walked.step("Bob", "**Accept**", "he has a seat", buttons=1):
        bob.press("Accept")
    return len(app.raw)


def _home(folder: Path, name: str) -> dict[str, str]:
    """The environment of somebody who never started anything."""
    home = folder / name
    home.mkdir()
    return {"HOME": str(home), **{f"XDG_{each}_HOME": str(home / each) for each in ("CONFIG", "DATA", "STATE")}}


@contextmanager
def _running(argv: Sequence[str], home: dict[str, str], output: IO[str]) -> Iterator[None]:
    """A Python program, until it is asked to end."""
    env = environment(home | {"PYTHONUNBUFFERED": "1"})
    process = subprocess.Popen([sys.executable, *argv], stdout=output, stderr=output, env=env, cwd=ROOT)
    try:
        yield
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _done(words: Sequence[str], home: dict[str, str]) -> None:
    """A command of the command line, to its end."""
    subprocess.run([sys.executable, *HEADCOUNT, *words], env=environment(home), cwd=ROOT, check=True)


def _listens(port: int) -> bool:
    with socket.socket() as asking:
        return asking.connect_ex(("127.0.0.1", port)) == 0


def told(steps: Sequence[Step]) -> str:
    """The steps as a table, with what they come to."""
    machine = f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}"
    lines = ["| who | does | then | seconds |", "| --- | --- | --- | ---: |"]
    lines += [f"| {each.who} | {each.what} | {each.then} | {each.seconds:.1f} |" for each in steps]
    commands, keys = sum(each.commands for each in steps), sum(each.keys for each in steps)
    buttons, seconds = sum(each.buttons for each in steps), sum(each.seconds for each in steps)
    total = (
        f"{commands} commands, {keys} keys beside them and {buttons} buttons; the machines took {seconds:.0f} seconds."
    )
    return f"{machine}\n\n" + "\n".join(lines) + f"\n\n{total}\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Walk, and write it down."""
    parser = argparse.ArgumentParser("python -m bench.newcomer", description=__doc__)
    parser.add_argument("--dry", action="store_true", help="write nothing")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="hc-newcomer-") as folder:
        result = told(walk(Path(folder), 8642, 1025))
    print(result)
    if not options.dry:
        RESULT.write_text(result, encoding="utf-8")
        before, _, rest = DOCUMENT.read_text(encoding="utf-8").partition(_START)
        _, _, after = rest.partition(_END)
        DOCUMENT.write_text(f"{before}{_START}{result}{_END}{after}", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
