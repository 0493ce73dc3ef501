"""What the Pay dialog says: who is paid for, what it comes to, and what happens to who waits. Pure."""

from collections.abc import Collection, Mapping, Sequence

from contract.arithmetic import plus, tax_on
from contract.money import Money
from contract.quotes import MAX_PAYEES, Quote
from contract.users import User, UserStatus
from tui.presentation.lines import line
from tui.presentation.prices import long_day, price_lines, users_paid
from tui.presentation.text import clean
from tui.presentation.tones import BOLD, MUTED, Line
from tui.presentation.users import person
from tui.presentation.wording import count, short_day, some

__all__ = ["introduction", "left_out_words", "no_longer", "payee_items", "sum_lines", "unpaid_of", "wait_words"]


def unpaid_of(users: Sequence[User]) -> list[User]:
    """Those of some users who are NOT PAID, as far as is known."""
    return [user for user in users if user.status is UserStatus.NOT_PAID]


def left_out_words(marked: int, unpaid: int) -> str:
    """How many of the marked need no payment; empty when all do."""
    out = marked - unpaid
    if not out:
        return ""
    return f"{out:,} of the {marked:,} marked {'is' if out == 1 else 'are'} not NOT PAID and left out."


def introduction(waiting: int, *, chosen: bool, left_out: str = "") -> list[Line]:
    """What stands above the list. `waiting` is how many there are, also beyond what one payment takes."""
    said: list[Line] = [(left_out, "warn")] if left_out else []
    if waiting > MAX_PAYEES and not chosen:
        most = f"{waiting:,} users are NOT PAID; one payment takes {MAX_PAYEES:,}: those who wait longest."
        said.append((f"{most} Pay again for the others.", "warn"))
    return said


def sum_lines(quote: Quote | None, marked: int, total: int, refusal: str = "") -> list[Line]:
    """What the marked users cost now, and what becomes of them otherwise."""
    counted: Line = (f"{marked:,} of {total:,} marked", MUTED)
    if refusal:
        return [counted, (refusal, "bad")]
    if not marked:
        return [counted, ("Nobody is marked: space marks one, * marks all.", "warn")]
    if quote is None:
        return [counted, (f"getting the price of {count(marked, 'user')}…", MUTED)]
    return [counted, price_lines(quote)[0], (wait_words(quote), MUTED)]


def wait_words(quote: Quote) -> str:
    """What happens to these users without this payment: the renewal has them, unless there is none."""
    many = users_paid(quote)
    they = "they become" if many > 1 else "the user becomes"
    end, same_year = quote.before.period_end, quote.before.period_end.year == quote.created_at.year
    day = short_day(end) if same_year else long_day(end)
    if quote.before.ends:
        return f"No renewal to wait for: the subscription ends on {day}."
    share = _at_renewal(quote)
    if share is None:
        return f"Or wait: {they} active with the payment of {day}."
    whom = "them" if many > 1 else "this user"
    return f"Or wait: {they} active with the payment of {day}, which has {share} for {whom} either way."


def _at_renewal(quote: Quote) -> Money | None:
    """What the next renewal charges for these users, tax included."""
    price = quote.after.unit_price
    if price is None:
        return None
    net = Money(amount=price.amount * users_paid(quote), currency=price.currency)
    return plus(net, tax_on(net, quote.tax_rate))


def payee_items(quote: Quote, known: Mapping[str, User]) -> list[Line]:
    """Everybody a quote pays for, with the price; by name and address as far as they were on the screen."""
    shares = [share for line in quote.lines for share in line.shares]
    width = max((len(f"{each.amount}") for each in shares), default=0)
    items: list[Line] = [(wait_words(quote), MUTED)]
    for each in shares:
        user = known.get(each.user_id)
        who = person(user.name, user.email) if user else clean(each.name, 120)
        items.append(line((f"{each.amount}".rjust(width), BOLD), f"  {who}"))
    return items


def no_longer(gone: Collection[str], known: Mapping[str, User]) -> str:
    """Who was paid for or removed meanwhile, by name."""
    names = [known[each].name for each in gone if each in known]
    are = "is" if len(gone) == 1 else "are"
    return f"{some(names, len(gone))} {are} no longer NOT PAID and left out." if names else ""
