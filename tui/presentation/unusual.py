"""A change that may be a slip of the keyboard, or costs more than one meant to: its number has to be typed. Pure."""

from contract.money import Money
from contract.quotes import Quote
from tui.presentation.wording import count

__all__ = ["above", "is_vouched_for", "slip_words"]


def above(quote: Quote, limit: Money | None) -> str:
    """What of a change is above the limit of one's own profile, as the end of a sentence; empty when nothing is.

    Looked at are what is charged now, and by how much it makes the next renewal larger.
    """
    if limit is None:
        return ""
    adds = _renewal_adds(quote)
    parts = [f"{quote.due_now} now"] if _is_above(quote.due_now, limit) else []
    parts += [f"{adds} more at the next renewal"] if adds and _is_above(adds, limit) else []
    return f"{' and '.join(parts)}, above the {limit} of your profile" if parts else ""


def slip_words(quote: Quote, limit: Money | None) -> str:
    """Why the number of seats has to be typed before this is done; empty when it has not."""
    why = []
    if quote.is_unusual:
        why.append(f"{count(quote.seats_after, 'seat')} is more than twice the {quote.seats_before:,} there are")
    if said := above(quote, limit):
        why.append(f"this is {said}")
    if not why:
        return ""
    words = "; ".join(why)
    return f"Please check: {words}."


def is_vouched_for(quote: Quote, limit: Money | None) -> bool:
    """Whether a profile's limit stands for the number: there is one for this currency, and nothing is above it."""
    return limit is not None and limit.currency == quote.due_now.currency and not above(quote, limit)


def _renewal_adds(quote: Quote) -> Money | None:
    if quote.renewal is None:
        return None
    before = quote.renewal_before.amount.amount if quote.renewal_before else 0
    return Money(amount=quote.renewal.amount.amount - before, currency=quote.due_now.currency)


def _is_above(amount: Money, limit: Money) -> bool:
    """In another currency nobody can tell: then it is asked."""
    return amount.amount > 0 and (amount.currency != limit.currency or amount.amount > limit.amount)
