"""What a careful clerk says about each row of a file, before anything is done (D18, D20)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from contract.imports import ImportField, ImportVerdict
from contract.mailbox import BLANKS, NotAnAddressError, mailbox, one_written, split_name
from contract.problems import ProblemCode
from server.http.problems import ServerProblem
from server.platform.text import first_unsafe, is_unsafe, trimmed_name
from server.platform.transaction import Unit
from server.sheets.values import value_in
from server.users.adding import NAMES, look_up, main_account, main_account_decides

LONGEST = {"email": 254, "first_name": 200, "last_name": 200, "position": 200}
SHORTEST = min(LONGEST.values())
KEPT = 2000
"""Characters of a cell that are kept: ten times what is allowed."""

ALREADY = "Already on the list of users."
OUTSIDE = "Belongs to an account outside your organisation: send a transfer request."
LOST = "\N{REPLACEMENT CHARACTER}"
_LOST_LETTERS = f"Letters are lost: write them where {LOST} is."
FULL = "The contract's user limit has been reached."

_SAID = {
    ProblemCode.ALREADY_USER: (ImportVerdict.ALREADY_USER, ALREADY),
    ProblemCode.NEEDS_TRANSFER: (ImportVerdict.NEEDS_TRANSFER, OUTSIDE),
}


class Cells(NamedTuple):
    """One row as it is in the file; `problem` is why the file's reader could not take it as it is."""

    number: int
    email: str
    first_name: str = ""
    last_name: str = ""
    position: str = ""
    problem: str = ""


@dataclass(slots=True)
class Judged:
    """One row with its verdict, as it is stored. `remark` says what was read otherwise than it stands in the file."""

    number: int
    email: str
    first_name: str
    last_name: str
    position: str
    email_key: str | None = None
    verdict: str = ImportVerdict.CREATE.value
    field: str | None = None
    code: str | None = None
    reason: str | None = None
    remark: str | None = None

    def say(self, verdict: ImportVerdict, reason: str, *, code: str = "", field: str | None = None) -> None:
        """Give it another verdict than that it will be done."""
        self.verdict, self.reason, self.code, self.field = verdict.value, reason, code or verdict.value, field

    @property
    def is_wanted(self) -> bool:
        """Whether applying does it."""
        return self.verdict in {ImportVerdict.CREATE.value, ImportVerdict.ADD_MEMBER.value}

    def stored(self, import_number: int) -> dict[str, Any]:
        """The columns of its row."""
        return {
            "import_number": import_number,
            "number": self.number,
            "email": self.email,
            "first_name": self.first_name,
            "last_name": self.last_name,
            "position": self.position,
            "email_key": self.email_key,
            "verdict": self.verdict,
            "field": self.field,
            "code": self.code,
            "reason": self.reason,
            "remark": self.remark,
        }


def judge_rows(unit: Unit, rows: Iterable[Cells], seen: dict[str, int], room: int | None) -> list[Judged]:
    """A verdict for each row. `seen` holds the addresses of earlier rows, and is added to.

    `room` is how many more a contract takes. A row that can't be done at all does not make a later one a duplicate.
    """
    judged = [_read(cells) for cells in rows]
    candidates = [row for row in judged if row.reason is None and not _is_repeated(row, seen)]
    _look_up(unit, candidates)
    for row in candidates:
        if room is not None and row.is_wanted:
            room -= 1
            if room < 0:
                row.say(ImportVerdict.OVER_LIMIT, FULL)
    return judged


def _read(cells: Cells) -> Judged:
    """The row without the blanks around its cells, and what is wrong with it by itself."""
    number, email, first_name, last_name, position, problem = cells
    row = Judged(number, *(cell.strip(BLANKS) for cell in (email, first_name, last_name, position)))
    if problem:
        row.say(ImportVerdict.INVALID, problem, code="unreadable")
    elif not row.email:
        row.say(ImportVerdict.INVALID, "No e-mail address.", code="missing", field="email")
    else:
        plain = _is_plain(f"{row.email}{row.first_name}{row.last_name}{row.position}")
        _read_address(row)
        if not plain and row.reason is None:
            _check_names(row)
        if row.reason is None:
            _check_values(row)
    if row.reason is not None:
        _make_storable(row)
    return row


def _read_address(row: Judged) -> None:
    """Whose mailbox the cell names; a name beside it (`Ann Lee <ann@x.example>`) is taken where the row has none."""
    if len(row.email) > KEPT:
        _blame_length(row, "email", row.email)
        return
    if LOST in row.email:
        row.say(ImportVerdict.INVALID, _LOST_LETTERS, code="lost_letters", field="email")
        return
    try:
        found = one_written(row.email)
        box = mailbox(found.email)
    except NotAnAddressError as error:
        row.say(ImportVerdict.INVALID, str(error), code=ProblemCode.INVALID_EMAIL.value, field="email")
        return
    row.remark = box.remark or (None if found.email == row.email else f"Read as {box.email}.")
    row.email, row.email_key = box.email, box.key
    if found.name and not (row.first_name or row.last_name):
        row.first_name, row.last_name = split_name(found.name)


def _is_plain(text: str) -> bool:
    """Whether a row's cells together are shorter than one may be, and of ASCII that can be printed: most rows."""
    return len(text) <= SHORTEST and text.isascii() and text.isprintable()


def _check_names(row: Judged) -> None:
    for name, called in NAMES.items():
        value, remark = trimmed_name(getattr(row, name), called)
        setattr(row, name, value)
        row.remark = " ".join(filter(None, (row.remark, remark))) or None
        if is_unsafe(value):
            what = "the line breaks" if any(char in "\r\n\u2028\u2029" for char in value) else first_unsafe(value)
            row.say(ImportVerdict.INVALID, f"Remove {what}.", code="unsafe_text", field=name)
            return
        if LOST in value:
            row.say(ImportVerdict.INVALID, _LOST_LETTERS, code="lost_letters", field=name)
            return
        if len(value) > LONGEST[name]:
            _blame_length(row, name, value)
            return


def _check_values(row: Judged) -> None:
    """An error, a date or the like is nobody's name: it got there by a slip of a column or a formula."""
    for name, noun in (("first_name", "a name"), ("last_name", "a name"), ("position", "a position")):
        if value := value_in(getattr(row, name)):
            row.say(ImportVerdict.INVALID, f"This is {value}, not {noun}.", code="no_name", field=name)
            return


def _blame_length(row: Judged, field: str, value: str) -> None:
    reason = f"At most {LONGEST[field]} characters; there are {len(value):,}."
    row.say(ImportVerdict.INVALID, reason, code="too_long", field=field)


def _make_storable(row: Judged) -> None:
    """A row that is refused may hold anything, so it is cut, and halves of characters become question marks."""
    row.email_key = row.remark = None
    for name in LONGEST:
        value = getattr(row, name)[:KEPT]
        setattr(row, name, value.encode("utf-8", "replace").decode())


def _is_repeated(row: Judged, seen: dict[str, int]) -> bool:
    first = seen.setdefault(row.email_key or "", row.number)
    if first == row.number:
        return False
    row.say(ImportVerdict.DUPLICATE_IN_FILE, repeated(first), field=ImportField.EMAIL.value)
    return True


def repeated(first: int) -> str:
    """Why a row is left out whose address stands in an earlier one."""
    return f"The same address as in row {first:,}."


def _look_up(unit: Unit, rows: Sequence[Judged]) -> None:
    """Ask who these people are: listed, ours, or new here. A plan does not tell whose an address is elsewhere (D25)."""
    main = main_account(unit)
    listed, accounts = look_up(unit, {row.email_key for row in rows if row.email_key})
    for row in rows:
        key = row.email_key or ""
        account = accounts.get(key)
        if key in listed:
            say_problem(row, ServerProblem(ProblemCode.ALREADY_USER))
        elif account is not None and account.id == main:
            say_problem(row, main_account_decides())
        elif account is not None and account.member is not None:
            row.verdict = ImportVerdict.ADD_MEMBER.value


def say_problem(row: Judged, problem: ServerProblem) -> None:
    """What the server says about one address, as a verdict."""
    verdict, reason = _SAID.get(problem.code, (ImportVerdict.INVALID, problem.detail))
    row.say(verdict, reason, code=problem.code.value)
