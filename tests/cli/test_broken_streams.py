"""The deed decides, not the pipe: every command of both parsers on days when its streams are broken.

A new command has no line in `CASES` and fails the first test. Each command is run on a good day, which says what it
does; then on bad ones, where it must do the same and end with the same code. What it does is read from the server.
Two bad days are taken in turn for each command; `HEADCOUNT_STREAMS=all` takes every day for every command.
"""

import contextlib
import io
import os
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
import tomli_w
from account_desk import outsider, token_for
from broken_streams import MODES, Ended, Nursery, leaves, nursery
from builders import Team, make_organisation
from live import LiveServer, live_server
from transfer_desk import ask_to_join

from cli.arguments import parser
from contract.people import Role
from server.__main__ import _parser as server_parser
from server.store import organisations

DAYS = len(MODES) - 1 if os.environ.get("HEADCOUNT_STREAMS") == "all" else 2
FULL = {"full", "full output"}
UNREAD = {*FULL, "closed", "broken at once"}
OWN_PRICES = Path(__file__).parent.parent / "data/own_prices.json"


@dataclass
class Stage:
    """One organisation and a home of its own, for one run of one command."""

    live: LiveServer
    http: httpx.Client
    team: Team
    number: int
    home: Path
    given: dict[str, str] = field(default_factory=dict)

    def ask(self, method: str, path: str, body: Any = None, *, token: str = "", **headers: str) -> Any:
        """What the server answers the owner, or whose token it is."""
        headers["Authorization"] = f"Bearer {token or self.team.token}"
        answer = self.http.request(method, f"{self.live.url}{path}", json=body, headers=headers)
        assert answer.is_success, (method, path, answer.text)
        return answer.json()

    def sign_in(self, name: str, token: str) -> None:
        """A profile of its own name, the one that is used from now on."""
        config = self.home / ".config/headcount"
        config.mkdir(parents=True, exist_ok=True)
        secret = config / f"{name}.token"
        secret.touch(mode=0o600)
        secret.write_text(token)
        file = config / "config.toml"
        file.touch(mode=0o600)
        profiles = {name: {"url": self.live.url, "token_file": str(secret)}}
        file.write_text(tomli_w.dumps({"profile": name, "profiles": profiles}))

    def state(self) -> tuple[list[str], list[str], list[int]]:
        """What happened in the organisation, which files there are, how much is in a database of its own."""
        events = self.ask("GET", "/v1/events?limit=500")["items"]
        files = (each for each in self.home.rglob("*") if each.is_file() and ".local" not in each.parts)
        names = sorted(str(each.relative_to(self.home)) for each in files if not each.name.startswith("seats.db"))
        return sorted(each["type"] for each in events), names, _rows(self.home / "seats.db")

    def alive(self) -> tuple[int, int]:
        """How many tokens open something, and how many webhooks there are."""
        tokens = self.ask("GET", "/v1/tokens")["items"]
        return sum(each["state"] == "active" for each in tokens), len(self.ask("GET", "/v1/webhooks")["items"])


def _rows(database: Path) -> list[int]:
    if not database.exists():
        return []
    with contextlib.closing(sqlite3.connect(database)) as connection:
        tables = ("organisations", "tokens", "accounts")
        with contextlib.suppress(sqlite3.OperationalError):
            return [connection.execute(f"SELECT count(*) FROM {each}").fetchone()[0] for each in tables]  # noqa: S608
    return []


Prepare = Callable[[Stage], object]


@dataclass(frozen=True)
class Case:
    """Arguments of a command, what it needs, and of which sort it is."""

    words: str = ""
    needs: tuple[Prepare, ...] = ()
    secret: bool = False
    answers: bool = False
    """The exit code itself is what was asked for."""
    hidden: bool = False
    """It does something that nothing of the organisation shows."""


def waiting(stage: Stage) -> None:
    """Two people ask to join."""
    stage.live.call(ask_to_join, stage.team, f"Ann{stage.number}", f"Bób{stage.number}")
    stage.given["ann"] = f"ann{stage.number}@outside.example"


def decided(stage: Stage) -> None:
    """One of them was accepted just now."""
    waiting(stage)
    first = stage.ask("GET", "/v1/transfers?direction=incoming")["items"][0]
    seen = {"accept": [{"id": first["id"], "version": first["version"]}], "decline": []}
    stage.ask("POST", "/v1/transfers/decisions", seen, **{"Idempotency-Key": f"decided-{stage.number}"})


def code(stage: Stage) -> None:
    """There is an invitation code."""
    stage.given["code"] = stage.ask("POST", "/v1/invitation-codes", {"code": f"Team-{stage.number}-Lyon"})["code"]


def switched_off(stage: Stage) -> None:
    """There is one that lets nobody in."""
    code(stage)
    made = stage.ask("GET", "/v1/invitation-codes")["items"][0]
    stage.ask("PATCH", f"/v1/invitation-codes/{made['id']}", {"enabled": False}, **{"If-Match": f'"{made["version"]}"'})


def cancelled(stage: Stage) -> None:
    """The subscription ends with its period."""
    quote = stage.ask("POST", "/v1/quotes", {"cancel": True})
    stage.ask("POST", f"/v1/quotes/{quote['id']}/confirm", **{"Idempotency-Key": f"cancelled-{stage.number}"})


def bought(stage: Stage) -> None:
    """There is an invoice."""
    quote = stage.ask("POST", "/v1/quotes", {"seats": 9})
    stage.ask("POST", f"/v1/quotes/{quote['id']}/confirm", **{"Idempotency-Key": f"bought-{stage.number}"})
    stage.given["invoice"] = stage.ask("GET", "/v1/invoices")["items"][0]["number"]


def webhook(stage: Stage) -> None:
    """There is a webhook that is off."""
    made = stage.ask("POST", "/v1/webhooks", {"url": "http://127.0.0.1:1/hook", "enabled": False})
    stage.given["webhook"] = made["id"]


def token(stage: Stage) -> None:
    """Somebody has a token."""
    made = stage.ask("POST", "/v1/tokens", {"email": stage.given["owner"], "label": "Skrípt"})
    stage.given["token"] = made["id"]


def person(stage: Stage) -> None:
    """A member who is no user is signed in."""
    email = f"person{stage.number}@person.example"
    stage.given["person"] = stage.live.call(lambda: stage.team.token_of(Role.MEMBER, email=email))
    stage.given["email"] = email


def guest(stage: Stage) -> None:
    """Somebody of no organisation is signed in."""
    email = f"guest{stage.number}@outside.example"
    stage.given["house"] = f"Ährenfeld-{stage.number}"
    stage.given["person"] = stage.live.call(lambda: outsider(stage.team.server, email))
    stage.given["email"] = email


def acting(stage: Stage) -> None:
    """From here on that member acts, not the owner."""
    stage.sign_in("person", stage.given["person"])


def offer(stage: Stage) -> None:
    """They are asked to join."""
    stage.ask("POST", "/v1/transfers", {"email": stage.given["email"]})
    mine = stage.ask("GET", "/v1/profile/transfers", token=stage.given["person"])
    stage.given["transfer"] = mine["items"][0]["id"]


def declined(stage: Stage) -> None:
    """They have declined."""
    offer(stage)
    path = f"/v1/profile/transfers/{stage.given['transfer']}/decline"
    stage.ask("POST", path, {"reason": ""}, token=stage.given["person"])


def asked(stage: Stage) -> None:
    """They ask to join."""
    body = {"organisation": stage.given["owner"]}
    stage.given["transfer"] = stage.ask("POST", "/v1/profile/transfers", body, token=stage.given["person"])["id"]


def came_in(stage: Stage) -> None:
    """They use the subscription, with a code."""
    bought(stage)
    code(stage)
    stage.ask("POST", "/v1/profile/redeem-code", {"code": stage.given["code"]}, token=stage.given["person"])


def account(stage: Stage) -> str:
    """The account of that member."""
    found = stage.ask("GET", f"/v1/members?search={stage.given['email']}")["items"]
    return str(found[0]["id"])


def gone(stage: Stage) -> None:
    """A member was removed from the organisation."""
    person(stage)
    stage.ask("DELETE", f"/v1/members/{account(stage)}")


def heir(stage: Stage) -> None:
    """A member is asked to become the main account."""
    person(stage)
    stage.given["offer"] = stage.ask("POST", "/v1/ownership", {"to": account(stage)})["id"]


def enthroned(stage: Stage) -> None:
    """They have accepted."""
    heir(stage)
    stage.ask("POST", f"/v1/profile/ownership/{stage.given['offer']}/accept", token=stage.given["person"])


def elsewhere(stage: Stage) -> None:
    """They are signed in with another terminal, too."""
    person(stage)
    stage.live.call(lambda: token_for(stage.team, account_of(stage.team, stage.given["email"])))
    mine = stage.ask("GET", "/v1/profile/sign-ins", token=stage.given["person"])["items"]
    stage.given["sign_in"] = next(each["id"] for each in mine if not each["current"])


def account_of(team: Team, email: str) -> str:
    """The id of an account."""
    with team.server.services.database.read() as connection:
        found = organisations.account_by_email(connection, email)
    assert found is not None
    return str(found.id)


def removed(stage: Stage) -> None:
    """Everybody was removed as one command."""
    new = stage.ask("POST", "/v1/users/selections", {"filter": {}})
    path = f"/v1/users/selections/{new['id']}"
    stage.ask("POST", f"{path}/remove", {"count": new["count"]}, **{"Idempotency-Key": f"removed-{stage.number}"})
    while stage.ask("GET", path)["status"] == "removing":
        pass
    stage.given["selection"] = new["id"]


def file(stage: Stage) -> None:
    """A file of two people."""
    stage.given["file"] = str(stage.home / "people.csv")
    people = "".join(f"new{each}-{stage.number}@import.example,Jürgen,日本\n" for each in "ab")
    (stage.home / "people.csv").write_text(f"email,first name,last name\n{people}")


def apart(stage: Stage) -> None:
    """Nobody has signed in here."""
    (stage.home / ".config/headcount/config.toml").unlink()


def founded(stage: Stage) -> None:
    """A database with an organisation."""
    from server.__main__ import _parser
    from server.operator import commands

    words = ["init", "--db", stage.given["db"], "--organisation", "Żółw", "--owner", "zoe@zolw.example"]
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        commands.init(_parser().parse_args(words))


def copied(stage: Stage) -> None:
    """A copy of such a database."""
    from server.__main__ import _parser
    from server.operations import commands

    founded(stage)
    words = ["backup", "--db", stage.given["db"], "--to", f"{stage.given['home']}/copy.db"]
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        assert commands.backup(_parser().parse_args(words)) == 0


HUMAN = (person, acting)
CASES: dict[str, tuple[Case, ...]] = {
    "": (Case(), Case("--help"), Case("--version"), Case("nonsense")),
    "demo": (Case(),),
    "login": (Case("--url {url} --name new --token-env HC", (apart,)), Case("--url {url} --name new")),
    "info": (Case(),),
    "check-config": (Case(),),
    "users list": (Case(), Case("--limit 1 --json")),
    "users add": (Case("{new} --yes"), Case("{new} --dry-run --json"), Case("{new}")),
    "users import": (Case("{file} --yes", (file,)), Case("{file} --dry-run --json", (file,)), Case("{file}", (file,))),
    "users remove": (Case("--status active --yes"), Case("--all --yes --json"), Case("--all")),
    "users restore": (Case("{selection} --yes --json", (removed,)),),
    "users template": (Case("-o {home}/t.csv --json"), Case("-o -")),
    "users export": (Case("-o {home}/e.xlsx"), Case("-o -"), Case("-o {home}/people.csv", (file,))),
    "members list": (Case(),),
    "members show": (Case("{owner}"),),
    "members add": (Case("{email} --yes", (person,)), Case("{email}", (person,))),
    "members role": (Case("{email} viewer --yes", (person,)), Case("{email} viewer", (person,))),
    "members remove": (Case("{email} --yes", (person,)), Case("{email}", (person,))),
    "members removed": (Case("", (gone,)),),
    "members restore": (Case("{email} --yes", (gone,)),),
    "ownership show": (Case("", (heir,)),),
    "ownership offer": (Case("{email} --yes", (person,)), Case("{email}", (person,))),
    "ownership cancel": (Case("", (heir,)),),
    "ownership accept": (Case("--yes", (heir, acting)),),
    "ownership decline": (Case("", (heir, acting)),),
    "ownership undo": (Case("", (enthroned, acting)),),
    "events": (Case(), Case("--json --limit 2")),
    "invoices list": (Case("", (bought,)),),
    "invoices show": (Case("{invoice}", (bought,)), Case("INV-9")),
    "invoices explain": (Case("{invoice}", (bought,), answers=True), Case("INV-1 --json -")),
    "invoices export": (Case("-o {home}/books.csv", (bought,)), Case("-o -", (bought,))),
    "forecast": (Case(),),
    "seats show": (Case(),),
    "seats set": (Case("12 --yes"), Case("12 --yes --json"), Case("12 --dry-run"), Case("12")),
    "seats own": (Case("on --yes"), Case("on")),
    "plan set": (Case("enterprise --yes"), Case("business --cycle annual --yes")),
    "billing set": (Case("annual --yes"),),
    "pay": (Case("--all --yes"), Case("--all")),
    "start": (Case("business --yes"),),
    "cancel": (Case("--yes --json"),),
    "resume": (Case("--yes", (cancelled,)),),
    "transfers list": (Case("", (waiting,)),),
    "transfers accept": (Case("--all --yes", (waiting,)), Case("{ann} --yes --json", (waiting,))),
    "transfers decline": (Case("--all --reason vollständig --yes", (waiting,)), Case("--all", (waiting,))),
    "undo": (Case("--yes", (decided,)),),
    "codes list": (Case("", (code,)),),
    "codes create": (Case("--uses 3"),),
    "codes show": (Case("{code}", (code,)),),
    "codes message": (Case("{code}", (code,)),),
    "codes off": (Case("{code}", (code,)),),
    "codes on": (Case("{code} --json", (switched_off,)),),
    "codes delete": (Case("{code} --yes", (code,)), Case("{code}", (code,))),
    "codes uses": (Case("{code}", (code,)),),
    "profile show": (Case("", HUMAN),),
    "profile edit": (Case("--position Baker", HUMAN, hidden=True),),
    "profile redeem": (Case("{code}", (bought, code, *HUMAN)),),
    "profile transfers": (Case("", (guest, offer, acting)),),
    "profile accept": (Case("{transfer} --yes", (guest, offer, acting)),),
    "profile decline": (Case("{transfer} --json", (guest, offer, acting)),),
    "profile undo": (Case("", (guest, declined, acting)),),
    "profile open": (Case("nothing", HUMAN),),
    "profile cancel": (Case("{transfer}", (person, asked, acting)),),
    "profile join": (Case("{owner} --yes", HUMAN),),
    "profile sign-ins": (Case("", (elsewhere, acting)),),
    "profile sign-out": (Case("{sign_in}", (elsewhere, acting)),),
    "subscribe": (Case("--name {house} --plan business --yes --json", (guest, acting), hidden=True),),
    "profile leave": (Case("--yes", (person, came_in, acting)), Case("", (person, came_in, acting))),
    "tokens list": (Case(),),
    "tokens create": (Case("{owner}", secret=True), Case("{owner} --json", secret=True), Case("no@body.example")),
    "tokens revoke": (Case("{token}", (token,)),),
    "entitlement": (Case("{owner}", answers=True), Case("{email}", (person, came_in), answers=True)),
    "webhooks list": (Case("", (webhook,)),),
    "webhooks add": (Case("http://127.0.0.1:1/new --kinds code.*", secret=True), Case("nonsense", secret=True)),
    "webhooks show": (Case("{webhook}", (webhook,)),),
    "webhooks change": (Case("{webhook} --kinds user.*", (webhook,)),),
    "webhooks remove": (Case("{webhook} --json", (webhook,)),),
    "webhooks rotate": (Case("{webhook}", (webhook,), secret=True),),
    "webhooks deliveries": (Case("{webhook}", (webhook,)),),
    "webhooks replay": (Case("{webhook} --since 2026-01-01", (webhook,)),),
    "sandbox advance": (Case("PT1S"),),
    "sandbox now": (Case(),),
    "sandbox payments": (Case("accept --json", hidden=True),),
    "server init": (Case("--db {db} --organisation Żółw --owner zoe@zolw.example", secret=True),),
    "server token": (Case("--db {db} --email zoe@zolw.example", (founded,), secret=True),),
    "server organisations": (Case("--db {db}", (founded,)), Case("--db {db} --json", (founded,))),
    "server invite-owner": (
        Case("--db {db} --organisation Żółw --email new@zolw.example --yes", (founded,), secret=True),
        Case("--db {db} --organisation Żółw --email new@zolw.example", (founded,)),
    ),
    "server make-owner": (Case("--db {db} --organisation Żółw --email new@zolw.example --yes", (founded,)),),
    "server sign-in-link": (Case("--db {db} zoe@zolw.example", (founded,), secret=True),),
    "server reset-access": (Case("--db {db} zoe@zolw.example", (founded,), secret=True),),
    "server sessions": (Case("--db {db} zoe@zolw.example", (founded,)),),
    "server revoke": (Case("--db {db} zoe@zolw.example", (founded,)),),
    "server migrate": (Case("--db {db}"),),
    "server verify": (Case("--db {db}", (founded,)), Case("--db {db}")),
    "server backup": (Case("--db {db} --to {home}/copy.db", (founded,)), Case("--db {db} --to {home}/copy.db --json")),
    "server restore": (
        Case("--from {home}/copy.db --to sqlite:///{home}/back.db", (copied,)),
        Case("--from {home}/none.db --to sqlite:///{home}/back.db"),
    ),
    "server mails": (Case("--db {db}", (founded,)), Case("--db {db} --retry", (founded,))),
    "server release-sign-on": (Case("--db {db} --email zoe@zolw.example", (founded,)),),
    "server check-oidc": (Case("{home}/none.toml"),),
    "server check-prices": (Case(str(OWN_PRICES)), Case("{home}/none.json")),
    "server seed": (Case("--db {db} --users 3", secret=True),),
    # these two go on until they are told to stop: test_a_server_without_streams
    "server run": (Case("--db {db} --now 2026-01-01T09:00Z"),),
    "server demo": (Case("--db {db}"),),
}

WALK = [(leaf, case) for leaf, cases in CASES.items() for case in cases]


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """One server for all runs, each with an organisation of its own."""
    with live_server(tmp_path_factory.mktemp("live")) as found:
        yield found


@pytest.fixture(scope="module")
def http() -> Iterator[httpx.Client]:
    """What asks the server what became of it; one, since making one takes long."""
    with httpx.Client(verify=False, timeout=30) as found:  # noqa: S501 - there is no TLS on the loopback
        yield found


@pytest.fixture(scope="module")
def children(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    """Where commands are run."""
    with nursery(tmp_path_factory.mktemp("nursery")) as found:
        yield found


_numbers = iter(range(1, 100_000))


def staged(live: LiveServer, http: httpx.Client, home: Path, case: Case) -> Stage:
    """A fresh organisation with three paid users and one NOT PAID one, and what the case needs."""
    number = next(_numbers)
    owner = f"owner@o{number}.example"
    kept = {"users": 4, "seats": 3, "owner": owner}
    team = live.call(lambda: make_organisation(live.running, f"Ünion{number} 日本", **kept))  # type: ignore[arg-type]
    home.mkdir()
    stage = Stage(live, http, team, number, home)
    stage.given = {"owner": owner, "url": live.url, "home": str(home), "db": f"sqlite:///{home}/seats.db"}
    stage.given["new"] = f"new{number}@x.example"
    stage.sign_in("owner", team.token)
    for prepare in case.needs:
        prepare(stage)
    return stage


def ran(stage: Stage, children: Nursery, leaf: str, case: Case, mode: str) -> Ended:
    """The command, run on such a day."""
    words = [each.format(**stage.given) for each in f"{leaf} {case.words}".split()]
    environment = {"HOME": str(stage.home), "PATH": os.environ["PATH"], "HC": stage.team.token, "TERM": "xterm"}
    return children.run(words, mode, environment)


def test_every_command_is_walked() -> None:
    """A command that somebody adds has to be added to the walk."""
    server = {f"server {leaf}" for leaf in leaves(server_parser())}
    assert set(CASES) == {"", *leaves(parser())} - {"server"} | server


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full disk to write to")
@pytest.mark.parametrize(("leaf", "case"), WALK, ids=[f"{leaf} {case.words}".strip() for leaf, case in WALK])
def test_the_deed_decides(  # noqa: PLR0917 - fixtures
    leaf: str, case: Case, live: LiveServer, http: httpx.Client, children: Nursery, tmp_path: Path
) -> None:
    """On a bad day a command does what it does on a good one, and ends with the same code; no traceback."""
    first = staged(live, http, tmp_path / "ordinary", case)
    before = first.state()
    good = ran(first, children, leaf, case, "ordinary")
    assert not good.crash
    done = first.state()
    looks = before == done or "--dry-run" in case.words  # a dry run of an import leaves its plan behind
    reads = good.code == 0 and bool(good.out) and looks and not (case.answers or case.hidden)
    begin = WALK.index((leaf, case)) % (len(MODES) - 1)
    bad_days = (MODES[1:] * 2)[begin : begin + DAYS]
    for mode in bad_days:
        stage = staged(live, http, tmp_path / mode, case)
        before, alive = stage.state(), stage.alive()
        ended = ran(stage, children, leaf, case, mode)
        told = (leaf, case.words, mode, ended, good)
        assert not ended.crash, told
        assert "Traceback" not in ended.err, told
        if case.secret and mode in UNREAD:
            assert ended.code == 1 or ended.code == good.code != 0, told  # refused before anybody looked at the pipe
            assert stage.alive() == alive, told
            assert stage.state()[2] in (before[2], [0, 0, 0]), told
            assert mode != "full output" or "could not be shown" in ended.err or good.code, told
            continue
        assert ended.code == (1 if reads and mode in FULL else good.code), told
        assert stage.state() == done, told
        if mode == "full output" and good.out and good.code == 0:
            assert ended.err.count("could not be written: No space left on device.") == 1, told
        if mode == "ascii" and "-o -" not in case.words:
            assert (ended.out + ended.err).isascii(), told
            assert len(ended.out.splitlines()) == len(good.out.splitlines()), told
