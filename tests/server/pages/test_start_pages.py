"""A first subscription from a browser: a form, a price with every sum, and a button that does it once."""

import pytest
from billing_desk import charges_of
from builders import make_organisation
from mail_desk import Office as Post
from notifications_desk import Office
from plain_visitor import PlainVisitor, Seen
from starting_desk import newcomer, there_is

from server.store import sandbox

NINA = "nina@newcomer.example"
FORM = {"name": "Nina & <b>Co</b>", "terms": "business monthly", "seats": "3"}


async def priced(reader: PlainVisitor, *, currency: str = "EUR", **filled: str) -> Seen:
    """Send the form for a price; what can be read then."""
    name, terms, seats = (FORM | filled).values()
    return await reader.send("/start", having=currency, name=name, terms=terms, seats=seats)


@pytest.fixture(name="nina")
async def ninas_browser(house: Office, post: Post) -> PlainVisitor:
    """Nina, who has signed in for the first time."""
    reader = PlainVisitor(house.server.app)
    await reader.sign_in(post, NINA)
    return reader


async def test_from_the_profile_to_a_paid_organisation(house: Office, nina: PlainVisitor) -> None:
    """The form, the price as the quote says it, the button; then how the terminal signs in."""
    assert "/start" in nina.at.links
    shown = await nina.open("/start")
    assert "EUR 6.00 per seat and month" in shown
    assert "write to sales@vendor.example" in shown
    shown = await priced(nina)
    assert nina.at.path.startswith("/start/quo_")
    for said in ("Nina & <b>Co</b>", "To pay now EUR 18.00", "Renewal on", "You take none of its seats"):
        assert said in shown
    assert there_is(house.server) == (0, 0)
    shown = await nina.send(nina.at.path)
    assert "You are its owner" in shown or "you are its owner" in shown
    assert "headcount login --url" in shown
    assert "INV-00001" in shown
    assert (there_is(house.server), charges_of(house.server)) == ((1, 1), [1800])
    shown = await nina.open("/")
    assert "Nina & <b>Co</b>" in shown
    assert "/start" not in nina.at.links


async def test_sent_twice_from_two_tabs_it_is_charged_once(house: Office, nina: PlainVisitor) -> None:
    """The same form again, and the page of the price in another tab: one organisation."""
    await nina.open("/start")
    await priced(nina)
    here, tab = nina.at.path, nina.at
    await nina.send(here)
    nina.seen = tab
    assert "INV-00001" in await nina.send(here)
    nina.seen = tab
    assert "INV-00001" in await nina.send(here, key="another")
    assert (there_is(house.server), charges_of(house.server)) == ((1, 1), [1800])
    assert "already" in await nina.open("/start")


async def test_a_refused_payment_can_be_tried_again(
    house: Office, nina: PlainVisitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is there, and the next form has another key."""
    await nina.open("/start")
    await priced(nina)
    with monkeypatch.context() as patched:
        patched.setattr(sandbox, "take_next_payment", lambda *_: "decline")
        assert "The payment was refused" in await nina.send(nina.at.path)
    assert there_is(house.server) == (0, 0)
    assert "INV-00001" in await nina.send(nina.at.path)


async def test_what_is_wrong_is_said_with_what_was_typed(house: Office, nina: PlainVisitor) -> None:
    """At its field, or above the form."""
    make_organisation(house.server, "Taken Ltd")
    await nina.open("/start")
    assert "This name is not available" in await priced(nina, name="TAKEN ltd")
    assert "TAKEN ltd" in nina.at.answer.text
    assert "no @" in await priced(nina, name="boss@taken.example")
    assert "wrong" in nina.at.answer.text
    await priced(nina, seats="many")
    assert nina.at.status == 422
    assert "That did not work" in await priced(nina, terms="contract monthly")


async def test_prices_in_another_currency(nina: PlainVisitor) -> None:
    """Yen have no decimals; a currency that nothing is sold in is not taken."""
    assert "JPY 600 per seat and month" in await nina.open("/start?currency=JPY")
    assert "EUR 6.00" in await nina.open("/start?currency=%3Cscript%3E")
    await nina.open("/start?currency=JPY")
    assert "To pay now JPY 1,800" in await priced(nina, currency="JPY")


async def test_the_page_of_somebody_else_is_not_found(house: Office, nina: PlainVisitor) -> None:
    """Neither read nor confirmed; and without signing in there is none."""
    async with newcomer(house.server, "otto@other.example") as other:
        made = await other.post(
            "/v1/profile/start/quotes", json={"name": "Otto", "plan": "business", "seats": 1, "currency": "EUR"}
        )
    theirs = f"/start/{made.json()['quote']['id']}"
    await nina.open(theirs)
    assert nina.at.status == 404
    await nina.open("/start")
    await priced(nina)
    key = {name: value for form in nina.at.forms for name, value in form.fields.items()}
    await nina.http.post(theirs, data=key)
    assert there_is(house.server) == (0, 0)
    stranger = PlainVisitor(house.server.app)
    await stranger.open("/start")
    assert stranger.at.path.startswith("/sign-in")
    foreign = await nina.http.post(theirs, data={**key, "form": "made up"})
    assert foreign.status_code == 403


async def test_a_session_of_the_pages_stays_the_accounts(house: Office, nina: PlainVisitor) -> None:
    """What a cookie holds never becomes a token of the organisation."""
    await nina.open("/start")
    await priced(nina)
    await nina.send(nina.at.path)
    assert "Profile" in await nina.open("/sign-ins")
    assert nina.at.status == 200
    assert there_is(house.server) == (1, 1)
