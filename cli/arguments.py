"""What may be said on the command line."""

import argparse
import importlib.metadata
from typing import TYPE_CHECKING, Any, TypeAlias

from cli.bounds import limit, money, text, whole
from server.platform.arguments import Parser

if TYPE_CHECKING:
    import datetime as dt

    Commands: TypeAlias = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - it has no other name

_DESCRIPTION = "Manage the paid seats of a subscription from a terminal."
_USUAL = 50
_MOST_LISTED = 1_000_000
_MOST_SEATS = 1_000_000
_MOST_USES = 1_000_000
_MOST_DAYS = 36_500
_MOST_FORECAST = 36
_ROLES = ("owner", "admin", "billing", "viewer", "member")
_KINDS = "only these, such as user.added,transfer.*"
_EPILOG = "Without a command the app opens on your profile; without a profile it offers the demo."


def app_flags(options: argparse.Namespace) -> dict[str, Any]:
    """What was said on the command line, in the shape of the settings file."""
    screen = {name: getattr(options, name) for name in ("ascii", "mouse", "slow") if getattr(options, name) is not None}
    flags: dict[str, Any] = {"screen": screen} if screen else {}
    if options.profile:
        flags["profile"] = options.profile
    return flags


def parser() -> argparse.ArgumentParser:
    """All commands and their options; one without a screen names in `run` the module and the function that does it."""
    top: argparse.ArgumentParser = Parser("headcount", description=_DESCRIPTION, epilog=_EPILOG)
    top.add_argument("--version", action="version", version=f"headcount {importlib.metadata.version('headcount')}")
    _add_app_options(top)
    commands = top.add_subparsers(dest="command", metavar="COMMAND")
    demo = commands.add_parser("demo", help="the app on a sample organisation; no money moves, no port is opened")
    demo.add_argument("--fresh", action="store_true", help="start over with new sample data")
    _add_app_options(demo, suppress=True)
    _add_login(commands)
    commands.add_parser("info", help="which files are used, and where each setting comes from")
    what = "list everything that is wrong with the settings; exit code 0 if nothing is"
    checked = commands.add_parser("check-config", help=what, description=f"{what[0].upper()}{what[1:]}.")
    checked.set_defaults(run="cli.check_config:check_config")
    _add_users(commands)
    _add_members(commands)
    _add_ownership(commands)
    _add_events(commands)
    _add_invoices(commands)
    _add_forecast(commands)
    _add_changes(commands)
    _add_pay(commands)
    _add_beginning_and_end(commands)
    _add_transfers(commands)
    _add_codes(commands)
    _add_profile(commands)
    _add_access(commands)
    _add_webhooks(commands)
    _add_sandbox(commands)
    commands.add_parser("server", help="the subscription API: init, run, migrate, verify (see headcount server --help)")
    return top


def _add_login(commands: "Commands") -> None:
    login = commands.add_parser("login", help="sign in by browser, or with a token, and create a profile")
    login.add_argument("--url", required=True, help="https://… of the server, or unix:///path of its socket")
    login.add_argument("--name", help="what to call the profile (default: after the organisation; default for a token)")
    login.add_argument("--organisation", metavar="NAME", help="of several, the one to be offered first in the browser")
    login.add_argument("--read-only", action="store_true", help="sign in to look: nothing can be changed")
    source = login.add_mutually_exclusive_group()
    source.add_argument("--token-env", metavar="VARIABLE", help="read the token from this environment variable")
    source.add_argument("--token-command", metavar="COMMAND", help='read it from a command, such as "pass show seats"')
    source.add_argument("--token-file", metavar="PATH", help="read it from a file that only you can read")
    source.add_argument("--token-prompt", action="store_true", help="type a token, unseen, instead of using a browser")
    login.add_argument("--ca", metavar="FILE", help="trust the authorities in this PEM file instead of the system's")
    login.add_argument("--proxy", metavar="URL", help='http://host:port of a proxy, or "none" for none at all')
    login.add_argument("--client-cert", metavar="FILE", help="show this certificate to the server")
    login.add_argument("--client-key", metavar="FILE", help="its key, where the file above does not hold it")
    for name, what in (("connect", "a connection"), ("read", "the next byte"), ("total", "a call with all attempts")):
        login.add_argument(f"--{name}-timeout", metavar="SECONDS", help=f"wait so long for {what}")


def _add_events(commands: "Commands") -> None:
    events = _command(commands, "events", "cli.events:events", "what happened, oldest first")
    events.add_argument(
        "words", nargs="*", metavar="WORD", help="only events with these words in who did it or what it was about"
    )
    events.add_argument(
        "--who",
        type=text(254),
        metavar="WORDS",
        default="",
        help="only what this person did: name, e-mail or account",
    )
    events.add_argument("--kind", metavar="KIND", help="only these kinds, such as transfer or transfer.accepted")
    events.add_argument(
        "--object", type=text(254), metavar="WORDS", default="", help="only events about this: name, e-mail or id"
    )
    events.add_argument("--since", type=_day, metavar="DATE", help="from this day on, where the subscription is billed")
    events.add_argument("--until", type=_day, metavar="DATE", help="up to and including this day")
    events.add_argument("--command", dest="command_key", metavar="KEY", help="only what the command with this key did")
    events.add_argument("--follow", action="store_true", help="follow new events until ctrl+c")
    _add_how_many(events, least=0)
    _add_json(events, "as JSON; with --follow one object per line")


def _day(text: str) -> "dt.date":
    import datetime as dt

    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        message = "Write a day such as 2026-12-31"
        raise argparse.ArgumentTypeError(message) from error


def _add_users(commands: "Commands") -> None:
    what = "list, import, export and remove users"
    verbs = _noun(commands, "users", what)
    listed = _command(verbs, "list", "cli.users:list_all", "the users, by name")
    _add_filters(listed)
    _add_how_many(listed)
    _add_json(listed)
    added = _way_in(verbs, "add", "cli.adding:add", "add users by hand")
    added.add_argument("emails", nargs="+", metavar="EMAIL", help='an address, or "First Last <address>"')
    _add_mode(added)
    _add_import(verbs)
    _add_removal(verbs)
    _add_file(_command(verbs, "template", "cli.users:template", "save the empty file to fill in for an import"))
    exported = _command(verbs, "export", "cli.users:export", "save the users as a file that can be imported again")
    _add_filters(exported)
    _add_file(exported)


def _add_search(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--search",
        type=text(200),
        metavar="WORDS",
        help="only those whose name, e-mail or position contains these words",
    )


def _add_filters(command: argparse.ArgumentParser) -> None:
    _add_search(command)
    command.add_argument(
        "--status", choices=("active", "not_paid", "suspended", "ended"), help="only those with this status"
    )
    command.add_argument(
        "--source", choices=("hand", "import", "code", "member", "transfer"), help="only those who joined this way"
    )
    days = "2026-10-01, 2026-10, '>2026-10-01' or 2026-10-01..2026-10-15"
    command.add_argument("--added", metavar="DAYS", help=f"only those added then, such as {days}")


def _add_import(verbs: "Commands") -> None:
    imported = _way_in(verbs, "import", "cli.importing:import_users", "import the people of a CSV or XLSX file")
    imported.add_argument("file", nargs="?", metavar="FILE", help="the file")
    imported.add_argument("--resume", metavar="ID", help="continue an import that stopped")
    imported.add_argument("--map", metavar="COLUMNS", help="which column is what, such as email=2,last_name=1")
    imported.add_argument("--encoding", metavar="NAME", help="the encoding of a text file, such as windows-1250")
    modes = ("best_effort", "until_full", "atomic")
    imported.add_argument("--mode", choices=modes, default=modes[0], help="default best_effort")
    imported.add_argument(
        "--ask",
        action="store_true",
        help="send a transfer request to people who have an account outside your organisation",
    )
    imported.add_argument("--rejected", metavar="FILE", help="save the failed rows, with their reasons")


def _add_removal(verbs: "Commands") -> None:
    removed = _change(verbs, "remove", "cli.removing:remove", "remove all users that match")
    _add_filters(removed)
    removed.add_argument("--all", action="store_true", help="all users; required when there is no other filter")
    removed.add_argument(
        "--except", dest="exceptions", nargs="+", default=[], metavar="WHO", help="except these, by id or e-mail"
    )
    restored = _change(verbs, "restore", "cli.removing:restore", "undo such a removal within the billing period")
    restored.add_argument("id", metavar="ID", help="id of the removal, as it was printed")


def _add_file(command: argparse.ArgumentParser) -> None:
    command.add_argument("-o", "--output", metavar="FILE", help="where to save it; - is the output")
    command.add_argument("--format", choices=("csv", "xlsx"), help="as FILE ends, or csv")
    command.add_argument("--language", choices=("en", "fr", "de", "es"), help="of the header (default: yours)")
    command.add_argument("--force", action="store_true", help="replace an existing file")
    _add_json(command, "print the path as JSON")


def _add_members(commands: "Commands") -> None:
    verbs = _noun(commands, "members", "the directory of the organisation, and adding members to the subscription")
    listed = _command(verbs, "list", "cli.members:list_all", "the members, by name")
    _add_search(listed)
    listed.add_argument("--role", choices=_ROLES, help="only those with this role")
    listed.add_argument("--listed", choices=("yes", "no"), help="only those who are on the subscription, or are not")
    _add_how_many(listed)
    _add_json(listed)
    shown = _command(verbs, "show", "cli.members:show", "one member's profile")
    shown.add_argument("email", metavar="EMAIL", help="the member's address")
    _add_json(shown)
    added = _way_in(verbs, "add", "cli.members:add", "add members to the subscription")
    added.add_argument("emails", nargs="+", metavar="EMAIL", help="who to add")
    _add_mode(added)
    given = _change(verbs, "role", "cli.roles:give", "give a member a role, or an admin a monthly limit")
    given.add_argument("email", metavar="EMAIL", help="the member's address")
    given.add_argument("role", choices=_ROLES, help="the role")
    given.add_argument(
        "--limit", type=limit, metavar="AMOUNT", help="what an admin may spend in a month, such as EUR 100.00; or none"
    )
    removed = _change(verbs, "remove", "cli.roles:remove", "take a member out of the organisation, with their seat")
    removed.add_argument("email", metavar="EMAIL", help="the member's address")
    restored = _change(verbs, "restore", "cli.roles:restore", "bring a removed member back, with role and seat")
    restored.add_argument("email", metavar="EMAIL", help="the address of the person who was removed")
    gone = _command(verbs, "removed", "cli.roles:list_removed", "members who can be brought back, the last first")
    _add_json(gone)


def _add_ownership(commands: "Commands") -> None:
    verbs = _noun(commands, "ownership", "who pays: the main account, the owners, and handing it over")
    shown = _command(verbs, "show", "cli.ownership:show", "the main account, the owners, and a pending offer")
    offered = _change(verbs, "offer", "cli.ownership:offer", "offer a member to become the main account, which pays")
    offered.add_argument("email", metavar="EMAIL", help="the member's address")
    offered.add_argument("--then", choices=_ROLES, default="owner", help="your own role afterwards (default owner)")
    withdrawn = _command(verbs, "cancel", "cli.ownership:cancel", "withdraw the pending offer")
    accepted = _change(verbs, "accept", "cli.ownership:accept", "become the main account, and pay from now on")
    declined = _command(verbs, "decline", "cli.ownership:decline", "decline to become the main account")
    declined.add_argument("--reason", type=text(500), default="", help="a reason; they will read it")
    undone = _command(verbs, "undo", "cli.ownership:undo", "undo having accepted, within ten minutes")
    for command in (accepted, declined, undone):
        command.add_argument("id", metavar="ID", nargs="?", default="", help="the offer, where there are several")
    for command in (shown, withdrawn, declined, undone):
        _add_json(command)


def _add_mode(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--mode",
        choices=("best_effort", "atomic", "until_full"),
        default="best_effort",
        help="whether to add the others when one can't be added (default best_effort)",
    )


def _add_invoices(commands: "Commands") -> None:
    verbs = _noun(commands, "invoices", "what was charged, and whether it adds up")
    newest = _command(verbs, "list", "cli.invoices:list_newest", "the invoices, newest first")
    _add_how_many(newest)
    _add_json(newest)
    exported = _command(verbs, "export", "cli.invoices:export", "save all invoices and credit notes as CSV")
    exported.add_argument("-o", "--output", metavar="FILE", help="where to save it; - is the output")
    exported.add_argument("--force", action="store_true", help="replace a file that is there")
    _add_json(exported, "say where it is as JSON")
    shown = _command(verbs, "show", "cli.invoices:show", "one invoice with its lines and payments")
    shown.add_argument("id", metavar="ID", help="its number, such as INV-00012, or its id")
    _add_json(shown)
    explained = _command(
        verbs, "explain", "cli.invoices:explain_one", "recompute an invoice line by line; exit code 1 if it is wrong"
    )
    explained.add_argument("id", metavar="ID", help="its number, such as INV-00012, or its id")
    explained.add_argument("--json", dest="file", metavar="FILE", help="from its JSON, with no server; - is the input")


def _add_forecast(commands: "Commands") -> None:
    forecast = _command(commands, "forecast", "cli.forecast:forecast", "the next payments if nothing changes")
    forecast.add_argument(
        "--count", type=whole(1, _MOST_FORECAST), default=12, metavar="N", help="how many (default 12)"
    )
    _add_json(forecast)


def _add_changes(commands: "Commands") -> None:
    verbs = _noun(commands, "seats", "show or change the number of seats")
    _add_json(_command(verbs, "show", "cli.changes:seats_show", "how many are paid, used and free"))
    seats = _priced(
        verbs, "set", "cli.changes:seats_set", "set the number of seats: more from now, fewer from the renewal"
    )
    own = _priced(verbs, "own", "cli.ownership:own_seat", "whether the main account, which pays, is one of the users")
    own.add_argument("uses", choices=("on", "off"), help="on takes a seat, off leaves it")
    seats.add_argument("seats", type=whole(0, _MOST_SEATS, "the seats"), metavar="N", help="the new number")
    plan = _priced(_noun(commands, "plan", "another plan"), "set", "cli.changes:plan_set", "move to another plan")
    plan.add_argument("plan", metavar="NAME", help="the plan")
    _add_terms(plan)
    verbs = _noun(commands, "billing", "another billing cycle")
    billing = _priced(verbs, "set", "cli.changes:billing_set", "pay each month or each year")
    billing.add_argument("cycle", choices=("monthly", "annual"))


def _add_pay(commands: "Commands") -> None:
    pay = _priced(commands, "pay", "cli.changes:pay", "pay for users who are NOT PAID, or a refused renewal")
    pay.add_argument("emails", nargs="*", metavar="EMAIL", help="who to pay for")
    pay.add_argument("--all", action="store_true", help="all users who are NOT PAID")
    pay.add_argument("--overdue", action="store_true", help="the renewal that was refused")


def _add_beginning_and_end(commands: "Commands") -> None:
    started = _priced(commands, "start", "cli.changes:start", "start a subscription again that has ended")
    started.add_argument("plan", metavar="PLAN", help="the plan")
    _add_terms(started)
    what = "start an organisation of your own with a first subscription; asks for what is not said"
    first = _priced(commands, "subscribe", "cli.subscribing:subscribe", what)
    first.add_argument("--name", type=text(200), help="the organisation's name")
    first.add_argument("--plan", metavar="NAME", help="the plan")
    first.add_argument("--cycle", choices=("monthly", "annual"), help="how often to pay (default: monthly)")
    first.add_argument("--seats", type=whole(1, _MOST_SEATS, "the seats"), metavar="N", help="how many seats")
    first.add_argument("--currency", metavar="CODE", help="what to pay in, such as EUR")
    first.add_argument("--time-zone", default="UTC", metavar="NAME", help="whose days count, such as Europe/Paris")
    _change(commands, "cancel", "cli.changes:cancel", "end the subscription at the end of its period")
    _priced(commands, "resume", "cli.changes:resume", "resume a cancelled subscription")


def _add_transfers(commands: "Commands") -> None:
    verbs = _noun(commands, "transfers", "list and decide transfer requests")
    listed = _command(verbs, "list", "cli.transfers:list_all", "the requests, oldest first")
    listed.add_argument("--way", choices=("incoming", "outgoing", "all"), default="incoming", help="default incoming")
    states = ("pending", "accepted", "declined", "cancelled", "expired", "all")
    listed.add_argument("--state", choices=states, default="pending", help="default pending")
    _add_json(listed)
    for verb, what in (("accept", "accept requests to join"), ("decline", "decline requests to join")):
        make = _way_in if verb == "accept" else _change
        decided = make(verbs, verb, f"cli.transfers:{verb}", what)
        decided.add_argument("emails", nargs="*", metavar="EMAIL", help="who asked")
        decided.add_argument("--all", action="store_true", help="all pending requests")
        if verb == "decline":
            decided.add_argument("--reason", type=text(500), default="", help="a reason; they will read it")
    _change(
        commands,
        "undo",
        "cli.transfers:undo",
        "undo your last removal of users, or your last decision within ten minutes",
    )


def _add_codes(commands: "Commands") -> None:
    verbs = _noun(commands, "codes", "invitation codes: people join with them on their own")
    listed = _command(verbs, "list", "cli.codes:list_all", "the invitation codes, newest first")
    listed.add_argument("--state", choices=("active", "used_up", "expired", "off"), help="only those in this state")
    _add_json(listed)
    made = _command(verbs, "create", "cli.codes:create", "make a code, and print it")
    made.add_argument("code", nargs="?", metavar="CODE", help="the code; generated if left out")
    made.add_argument(
        "--uses", type=whole(1, _MOST_USES), metavar="N", help="how many people can use it (default: no limit)"
    )
    end = made.add_mutually_exclusive_group()
    end.add_argument(
        "--days",
        type=whole(1, _MOST_DAYS, "the days"),
        metavar="N",
        help="how many days it is valid (default: no end)",
    )
    end.add_argument("--until", type=_end_of_day, metavar="DATE", help="the last day, such as 2026-12-31 (UTC)")
    _add_json(made)
    for verb, run, what in (
        ("show", "show", "one code"),
        ("message", "message", "a message that shares a code: the page to use it on, and the steps"),
        ("off", "switch_off", "switch a code off"),
        ("on", "switch_on", "switch a code on again"),
        ("delete", "delete", "delete a code; users who joined with it stay"),
        ("uses", "uses", "users who joined with a code, newest first"),
    ):
        one = _command(verbs, verb, f"cli.codes:{run}", what)
        one.add_argument("code", metavar="CODE", help="the code (case and dashes don't matter), or its id")
        if verb == "delete":
            one.add_argument("--yes", action="store_true", help="delete without confirmation")
        _add_json(one)


def _end_of_day(text: str) -> "dt.datetime":
    import datetime as dt

    try:
        day = dt.date.fromisoformat(text)
        return dt.datetime.combine(day, dt.time(), dt.UTC) + dt.timedelta(days=1)
    except (ValueError, OverflowError) as error:
        message = "Write a day such as 2026-12-31"
        raise argparse.ArgumentTypeError(message) from error


def _add_sandbox(commands: "Commands") -> None:
    verbs = _noun(commands, "sandbox", "control a sandbox: its clock and its payments")
    moved = _command(verbs, "advance", "cli.sandbox:advance", "move the clock forward, and show what happens")
    moved.add_argument("duration", metavar="DURATION", help="such as P1M, P10D or PT2H (ISO 8601)")
    _add_json(moved, "the events, one JSON object per line")
    _add_json(_command(verbs, "now", "cli.sandbox:now", "the sandbox's time"))
    payments = _command(verbs, "payments", "cli.sandbox:payments", "the outcome of the next payments")
    payments.add_argument("next", choices=("accept", "decline", "late", "twice", "unreachable"))
    payments.add_argument("--times", type=whole(1, 100), default=1, metavar="N", help="how many payments (default 1)")
    _add_json(payments)


def _add_profile(commands: "Commands") -> None:
    verbs = _noun(commands, "profile", "your own account: what it uses, requests, a code, leaving")
    said = {
        "show": ("show", "who you are, which subscription you use and until when"),
        "edit": ("edit", "change your names, position, language, or what you get letters about"),
        "redeem": ("redeem", "use an invitation code"),
        "transfers": ("transfers", "requests between you and organisations"),
        "accept": ("accept", "accept an organisation's offer"),
        "decline": ("decline", "decline it"),
        "undo": ("undo", "undo your last decision, within ten minutes"),
        "open": ("open_link", "show the offer behind a link"),
        "cancel": ("cancel", "withdraw your own request"),
        "join": ("join", "ask to join an organisation; you are not told whether it exists"),
        "leave": ("leave", "leave the subscription you use"),
        "sign-ins": ("sign_ins", "browsers and terminals you are signed in with"),
        "sign-out": ("sign_out", "sign out of one of them immediately"),
    }
    made = {verb: _command(verbs, verb, f"cli.account:{run}", what) for verb, (run, what) in said.items()}
    made["redeem"].add_argument("code", metavar="CODE")
    for verb in ("accept", "decline", "cancel"):
        made[verb].add_argument("id", metavar="ID", help="as headcount profile transfers lists it")
    made["sign-out"].add_argument("id", metavar="ID", help="as headcount profile sign-ins lists it")
    made["undo"].add_argument("id", metavar="ID", nargs="?", default="", help="the request (default: the last one)")
    made["open"].add_argument("link", metavar="LINK", help="the link in the e-mail, or the part after link=")
    made["decline"].add_argument("--reason", type=text(500), default="", help="a reason; they will read it")
    made["join"].add_argument(
        "organisation", metavar="EMAIL", help="the owner's e-mail, or the organisation's exact name"
    )
    made["join"].add_argument("--message", type=text(1000), default="", help="a message for them")
    for verb in ("accept", "join", "leave"):
        made[verb].add_argument("--yes", action="store_true", help="without confirmation")
    _add_profile_edit(made["edit"])
    for command in made.values():
        _add_json(command)


def _add_profile_edit(edit: argparse.ArgumentParser) -> None:
    for name in ("first-name", "last-name", "position"):
        edit.add_argument(f"--{name}", type=text(200), metavar="TEXT", help=f"your {name.replace('-', ' ')}")
    edit.add_argument(
        "--language",
        choices=("browser", "en", "de", "es", "fr"),
        help="of pages and letters; browser: whichever your browser asks for",
    )
    edit.add_argument("--code-letters", choices=("on", "off"), help="a letter when somebody uses an invitation code")


def _add_access(commands: "Commands") -> None:
    verbs = _noun(commands, "tokens", "list, create and revoke members' tokens")
    listed = _command(verbs, "list", "cli.tokens:list_tokens", "all tokens, without their secrets")
    made = _command(verbs, "create", "cli.tokens:create_token", "create a token for a member, and print it once")
    made.add_argument("email", metavar="EMAIL")
    made.add_argument("--label", type=text(200), default="", help="what it is for")
    made.add_argument(
        "--days",
        type=whole(1, _MOST_DAYS, "the days"),
        metavar="N",
        help="for how long (default: until it is revoked)",
    )
    made.add_argument("--limit", type=money, metavar="AMOUNT", help="what it may spend in a month, such as EUR 100.00")
    revoked = _command(verbs, "revoke", "cli.tokens:revoke_token", "revoke a token immediately")
    revoked.add_argument("id", metavar="ID")
    asked = _command(
        commands,
        "entitlement",
        "cli.tokens:entitlement",
        "whether an account can use the service: exit code 0 yes, 1 no",
    )
    asked.add_argument("who", metavar="EMAIL", help="an e-mail, or an account's id")
    for command in (listed, made, revoked, asked):
        _add_json(command)


def _add_webhooks(commands: "Commands") -> None:
    verbs = _noun(commands, "webhooks", "addresses that receive events from the server")
    listed = _command(verbs, "list", "cli.webhooks:list_all", "all webhooks and their state")
    added = _command(
        verbs, "add", "cli.webhooks:add", "send events to an address from now on, and print its secret once"
    )
    added.add_argument("url", metavar="URL", help="https://… address that receives the events")
    added.add_argument("--kinds", metavar="KINDS", help=f"{_KINDS} (default: all)")
    added.add_argument("--description", metavar="TEXT", help="what it is for")
    shown = _command(verbs, "show", "cli.webhooks:show", "one webhook and its state")
    changed = _command(
        verbs, "change", "cli.webhooks:change", "change the address or the filter, or switch it off or on"
    )
    changed.add_argument("--url", metavar="URL")
    changed.add_argument("--kinds", metavar="KINDS", help=f"{_KINDS}; all for everything")
    changed.add_argument("--description", metavar="TEXT")
    state = changed.add_mutually_exclusive_group()
    state.add_argument("--on", dest="enabled", action="store_true", default=None, help="continue where it stopped")
    state.add_argument("--off", dest="enabled", action="store_false", default=None, help="stop sending for now")
    removed = _command(verbs, "remove", "cli.webhooks:remove", "delete a webhook")
    rotated = _command(
        verbs, "rotate", "cli.webhooks:rotate", "a new secret, printed once; the old one stays valid for a day"
    )
    sent = _command(verbs, "deliveries", "cli.webhooks:deliveries", "deliveries, newest events first")
    sent.add_argument("--state", choices=("waiting", "delivered", "failed"), help="only those in this state")
    _add_how_many(sent)
    again = _command(verbs, "replay", "cli.webhooks:replay", "send events again")
    which = again.add_mutually_exclusive_group(required=True)
    which.add_argument("--event", metavar="ID", help="one event, such as evt_12")
    which.add_argument("--since", type=_instant, metavar="ISO8601", help="everything since this time")
    which.add_argument("--failed", action="store_true", help="failed deliveries")
    for command in (shown, changed, removed, rotated, sent, again):
        command.add_argument("id", metavar="ID", help="as headcount webhooks list has it")
    for command in (listed, added, shown, changed, removed, rotated, sent, again):
        _add_json(command)


def _instant(text: str) -> "dt.datetime":
    import datetime as dt

    try:
        found = dt.datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=dt.UTC)).astimezone(dt.UTC)
    except (ValueError, OverflowError) as error:
        message = "Write a time such as 2026-12-31T09:00Z"
        raise argparse.ArgumentTypeError(message) from error


def _noun(commands: "Commands", name: str, what: str) -> "Commands":
    """A word that needs a second one."""
    noun = commands.add_parser(name, help=what, description=f"{what[0].upper()}{what[1:]}.")
    return noun.add_subparsers(dest="verb", metavar="COMMAND", required=True)


def _command(commands: "Commands", name: str, run: str, what: str) -> argparse.ArgumentParser:
    """A command on a profile, or on the demo."""
    command: argparse.ArgumentParser = commands.add_parser(name, help=what, description=f"{what[0].upper()}{what[1:]}.")
    command.set_defaults(run=run)
    command.add_argument("--profile", metavar="NAME", default=argparse.SUPPRESS, help="which profile to use")
    command.add_argument("--demo", action="store_true", help="use the demo running in another terminal")
    return command


def _way_in(
    commands: "Commands", name: str, run: str, what: str, *, fitting: str = "only the first that have a free seat"
) -> argparse.ArgumentParser:
    """A command that lets people in: what it comes to is shown before it is done, and missing seats can be bought."""
    command = _priced(commands, name, run, what)
    how = command.add_mutually_exclusive_group()
    how.add_argument("--fitting", action="store_true", help=fitting)
    how.add_argument("--buy", action="store_true", help="buy the seats that are missing with the same yes")
    return command


def _change(commands: "Commands", name: str, run: str, what: str) -> argparse.ArgumentParser:
    """A command that has a price, shown before it is done."""
    command = _command(commands, name, run, what)
    how = command.add_mutually_exclusive_group()
    how.add_argument(
        "--dry-run", action="store_true", help="only preview the price, with the exit code the command would have"
    )
    how.add_argument("--yes", action="store_true", help="confirm without a question")
    _add_json(command)
    return command


def _priced(commands: "Commands", name: str, run: str, what: str) -> argparse.ArgumentParser:
    """A command that may change how many seats are paid for, so that a slip of the keyboard is asked about."""
    command = _change(commands, name, run, what)
    command.add_argument(
        "--seats-to",
        type=whole(0, _MOST_SEATS, "the seats"),
        metavar="N",
        help="the seats it comes to: for --yes where many are new",
    )
    return command


def _add_terms(command: argparse.ArgumentParser) -> None:
    command.add_argument("--cycle", choices=("monthly", "annual"), help="how often to pay")
    command.add_argument("--seats", type=whole(0, _MOST_SEATS, "the seats"), metavar="N", help="how many seats")


def _add_json(command: argparse.ArgumentParser, what: str = "as JSON") -> None:
    command.add_argument("--json", action="store_true", help=what)


def _add_how_many(command: argparse.ArgumentParser, *, least: int = 1) -> None:
    """`--limit N` or `--all`, for a list that may be long."""
    group = command.add_mutually_exclusive_group()
    group.add_argument(
        "--limit", type=whole(least, _MOST_LISTED), default=_USUAL, metavar="N", help=f"how many (default {_USUAL})"
    )
    group.add_argument("--all", action="store_true", help="all of them")


def _add_app_options(parser: argparse.ArgumentParser, *, suppress: bool = False) -> None:
    default: Any = argparse.SUPPRESS if suppress else None
    group = parser.add_argument_group("options of the app")
    group.add_argument("--profile", metavar="NAME", default=default, help="which profile to open")
    group.add_argument("--ascii", action="store_true", default=default, help="only ASCII characters")
    group.add_argument("--no-mouse", dest="mouse", action="store_false", default=default, help="without the mouse")
    group.add_argument("--slow", action="store_true", default=default, help="for slow connections (a few KB/s)")
