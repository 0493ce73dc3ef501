"""Writing an organisation's past: one moment after the other, and all rows at the end."""

import datetime as dt
from typing import Any

from contract.events import Actor, EventKind, EventObject
from contract.mailbox import email_key
from contract.people import Role
from contract.transfers import Direction, TransferState
from contract.users import UserSource, UserStatus
from server.catalogue import Catalogue
from server.domain.transfers import PENDING_FOR, RESEND_PAUSE
from server.operations.provisioning import Founded
from server.platform import text
from server.platform.ids import new_id
from server.platform.kept_secrets import new_link
from server.platform.transaction import SERVER, Unit
from server.seed.billing_history import Books
from server.seed.people import Person
from server.store import subscriptions, usage
from server.store.bulk import insert_rows
from server.store.types import Connection

Row = dict[str, Any]


class Chronicle:
    """The past of one organisation. `at` goes to a later moment, the other methods do what happened then.

    Rows wait until `close`, which writes them all and leaves the subscription as it is at the end.
    """

    def __init__(self, connection: Connection, founded: Founded, catalogue: Catalogue, owner: Person) -> None:
        row = subscriptions.get(connection, founded.subscription_id)
        self.owner = Actor(account_id=founded.account_id, label=owner.email)
        self.unit = Unit(
            connection=connection,
            organisation_id=founded.organisation_id,
            subscription_id=founded.subscription_id,
            now=row.created_at,
            actor=self.owner,
        )
        self.books = Books(self.unit, row, catalogue)
        self._people = {owner.email: founded.account_id}
        self._accounts: dict[str, Row] = {}
        self._members: list[Row] = []
        self._users: list[Row] = []
        self._codes: list[Row] = []
        self._code_uses: list[Row] = []
        self._transfers: list[Row] = []

    def at(self, moment: dt.datetime, by: Person | None = None) -> "Chronicle":
        """Go to a later moment, renewing on the way; somebody acts there, the owner if nobody is named."""
        while moment >= self.books.renews_at:
            self.books.renew()
            self._activate()
        self.books.pass_until(moment)
        return self.by(by)

    def by(self, person: Person | None) -> "Chronicle":
        """Somebody else acts from here on, by their own sign-in."""
        self.unit.actor = self.owner
        if person:
            self.unit.actor = Actor(account_id=self.account(person), label=person.email)
            row = self._accounts[person.email]
            row["signed_in_at"] = row["signed_in_at"] or self.unit.now
        return self

    def account(self, person: Person) -> str:
        """The account of somebody, made now if there is none."""
        if person.email not in self._people:
            identity = self._people[person.email] = new_id("acc")
            key = email_key(person.email)
            row = {"id": identity, "email": person.email, "email_key": key, "created_at": self.unit.now}
            own = {"created_by_organisation": None, "signed_in_at": None}
            self._accounts[person.email] = {**row, **_names(person), **own}
        return self._people[person.email]

    def member(self, person: Person, role: Role = Role.MEMBER) -> None:
        """Put somebody into the directory, with an account that the organisation makes if there is none."""
        self._make(person)
        self._enter(person, role)

    def _make(self, person: Person) -> None:
        if person.email not in self._people:
            self.account(person)
            self._accounts[person.email]["created_by_organisation"] = self.unit.organisation_id

    def _enter(self, person: Person, role: Role = Role.MEMBER) -> None:
        values = {"organisation_id": self.unit.organisation_id, "account_id": self.account(person)}
        self._members.append({**values, "role": role.value, "spending_limit": 0, "created_at": self.unit.now})

    def join(self, person: Person, source: UserSource) -> Row:
        """A new user, on a free seat if there is one (D15)."""
        active = self.books.seats.free > 0
        if source in {UserSource.HAND, UserSource.IMPORT}:
            self._make(person)
        row = {
            "id": new_id("usr"),
            "subscription_id": self.unit.subscription_id,
            "account_id": self.account(person),
            "email": person.email,
            "email_key": email_key(person.email),
            **_names(person),
            **_keys(person),
            "last_key": text.fold(person.last_name),
            "position_key": text.fold(person.position),
            "status": (UserStatus.ACTIVE if active else UserStatus.NOT_PAID).value,
            "source": source.value,
            "added_at": self.unit.now,
            "added_by": self.unit.actor.label,
            "waiting_since": None if active else self.unit.now,
            "removed_at": None,
            "version": 1,
        }
        self._users.append(row)
        self.books.listed(1, active=active)
        if source is not UserSource.MEMBER and person.email != self.owner.label:
            self._enter(person)
        if source is not UserSource.TRANSFER:
            self.unit.emit(EventKind.USER_ADDED, _user(row))
        return row

    def remove(self, person: Person) -> None:
        """A user leaves; whoever waits longest takes the seat (D16, D19)."""
        row = self._listed(person)
        row |= {"removed_at": self.unit.now, "version": row["version"] + 1}
        self.books.listed(-1, active=row["status"] == UserStatus.ACTIVE.value)
        self.unit.emit(EventKind.USER_REMOVED, _user(row), {"status": row["status"]})

    def edit(self, person: Person, position: str) -> None:
        """A user gets another position."""
        row = self._listed(person)
        before = {"position": row["position"]}
        changed = person._replace(position=position)
        row |= {"position": position, "position_key": text.fold(position), "version": row["version"] + 1}
        row |= _keys(changed)
        self.unit.emit(EventKind.USER_CHANGED, _user(row), before)

    def buy(self, wanted: int) -> None:
        """More seats; those who wait take them."""
        self.books.buy(wanted)
        self._activate()

    def code(self, code: str, *, max_uses: int, expires_at: dt.datetime | None = None) -> None:
        """An invitation code."""
        row = {
            "id": new_id("inc"),
            "organisation_id": self.unit.organisation_id,
            "subscription_id": self.unit.subscription_id,
            "code": code,
            "code_key": text.code_key(code),
            "max_uses": max_uses,
            "uses": 0,
            "expires_at": expires_at,
            "created_by": self.unit.actor.account_id,
            "created_at": self.unit.now,
            "version": 1,
        }
        self._codes.append(row)
        self.unit.emit(EventKind.CODE_CREATED, _code(row))

    def redeem(self, person: Person) -> None:
        """Somebody enters the code and takes a free seat (D21)."""
        row = self._codes[-1]
        row |= {"uses": row["uses"] + 1, "version": row["version"] + 1}
        user = self.join(person, UserSource.CODE)
        use = {"code_id": row["id"], "account_id": user["account_id"], "user_id": user["id"], "used_at": self.unit.now}
        self._code_uses.append(use)
        self.unit.emit(EventKind.CODE_USED, _code(row), {"uses": row["uses"] - 1})

    def ask(
        self, person: Person, direction: Direction, message: str = "", gives_up: str = "", *, account: bool = True
    ) -> Row:
        """A transfer request, by whoever acts (D22). What an outgoing one knows is the address alone (D25)."""
        shown = person if direction is Direction.INCOMING else Person("", "", person.email)
        row = {
            "id": new_id("trf"),
            "organisation_id": self.unit.organisation_id,
            "subscription_id": self.unit.subscription_id,
            "direction": direction.value,
            "state": TransferState.PENDING.value,
            "account_id": self.account(person) if account else None,
            "email": person.email,
            "email_key": email_key(person.email),
            **_names(shown),
            **_keys(shown),
            "message": message,
            "gives_up": gives_up,
            "created_at": self.unit.now,
            "opened_by_account": self.unit.actor.account_id,
            "decided_at": None,
            "decided_by": "",
            "decided_by_account": None,
            "reason": "",
            "user_id": None,
            "version": 1,
            **self._sent(),
        }
        self._transfers.append(row)
        self.unit.emit(EventKind.TRANSFER_REQUESTED, _transfer(row))
        return row

    def pending(self, person: Person) -> Row:
        """The request of somebody that waits."""
        waits = TransferState.PENDING.value
        return next(row for row in self._transfers if row["email"] == person.email and row["state"] == waits)

    def resend(self, row: Row) -> None:
        """The same request once more."""
        before = {"expires_at": row["expires_at"].isoformat()}
        row |= {"version": row["version"] + 1, **self._sent()}
        self.unit.emit(EventKind.TRANSFER_RESENT, _transfer(row), before)

    def answer(self, row: Row, state: TransferState, reason: str = "") -> None:
        """A request ends like this, by whoever acts."""
        row |= {
            "state": state.value,
            "decided_at": self.unit.now,
            "decided_by": "" if self.unit.actor is SERVER else self.unit.actor.label,
            "decided_by_account": self.unit.actor.account_id,
            "reason": reason,
            "version": row["version"] + 1,
        }
        kind = EventKind(f"transfer.{state.value}")
        self.unit.emit(kind, _transfer(row), {"state": TransferState.PENDING.value})

    def accept(self, row: Row, person: Person) -> None:
        """A request makes somebody a user."""
        user = self.join(person, UserSource.TRANSFER)
        row["user_id"] = user["id"]
        self.answer(row, TransferState.ACCEPTED)

    def expire(self, row: Row) -> None:
        """Nobody answered."""
        self.unit.actor = SERVER
        self.answer(row, TransferState.EXPIRED)

    def close(self) -> None:
        """Write everything down."""
        connection = self.unit.connection
        usage.forget(connection, self.unit.subscription_id)
        past = {
            "accounts": list(self._accounts.values()),
            "members": self._members,
            "users": self._users,
            "transfers": self._transfers,
            "invitation_codes": self._codes,
            "invitation_code_uses": self._code_uses,
            "seat_usage": self.books.weeks(),
        }
        insert_rows(connection, past)
        subscriptions.change(connection, self.unit.subscription_id, **self.books.state())
        self.unit.record()

    def _listed(self, person: Person) -> Row:
        return next(row for row in self._users if row["email"] == person.email and row["removed_at"] is None)

    def _activate(self) -> None:
        """Users who wait take the seats the books have given them already."""
        waiting = [row for row in self._users if row["waiting_since"] and row["removed_at"] is None]
        for row in waiting[: len(waiting) - self.books.seats.not_paid]:
            row |= {"status": UserStatus.ACTIVE.value, "waiting_since": None, "version": row["version"] + 1}
            self.unit.emit(EventKind.USER_ACTIVATED, _user(row), {"status": UserStatus.NOT_PAID.value})

    def _sent(self) -> Row:
        now = self.unit.now
        times = {"sent_at": now, "expires_at": now + PENDING_FOR, "resend_after": now + RESEND_PAUSE}
        return {**times, "link_hash": new_link().hash}


def _names(person: Person) -> dict[str, str]:
    return {"first_name": person.first_name, "last_name": person.last_name, "position": person.position}


def _keys(person: Person) -> dict[str, str]:
    return {
        "name_key": text.name_key(person.first_name, person.last_name, person.email),
        "search_key": text.search_key(person.first_name, person.last_name, person.email, person.position),
    }


def _label(row: Row) -> str:
    return f"{row['first_name']} {row['last_name']}".strip() or str(row["email"])


def _user(row: Row) -> EventObject:
    attributes = {name: row[name] for name in ("email", "status", "source", "position", "version")}
    return EventObject(type="user", id=row["id"], label=_label(row), attributes=attributes)


def _transfer(row: Row) -> EventObject:
    attributes = {name: row[name] for name in ("direction", "state", "version")}
    if row["user_id"]:
        attributes["user_id"] = row["user_id"]
    return EventObject(type="transfer", id=row["id"], label=_label(row), attributes=attributes)


def _code(row: Row) -> EventObject:
    attributes = {"uses": row["uses"], "max_uses": row["max_uses"]}
    return EventObject(type="invitation_code", id=row["id"], label=row["code"], attributes=attributes)
