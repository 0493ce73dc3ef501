"""What letters say, in the language of who reads them. Names from outside are made harmless here."""

import datetime as dt
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from contract.transfers import Direction
from server.languages.voice import Voice
from server.notifications.kinds import LetterKind
from server.notifications.rendering import Block, Link, Paragraph, Quote, Words
from server.platform.text import made_safe
from server.store.types import AnyRow

PAGE = "/request"
"""Where the link of a request leads: `PAGE?link=SECRET`."""

SIGN_IN_FOR = dt.timedelta(minutes=15)
"""How long a link to sign in works; a letter that is later than that is not sent any more."""

_LONGEST_NAME = 60
_MARKS = 3


def name(value: str) -> str:
    """A name as it may stand in a letter: one line, no address of a page, nothing encoded, as long as a name is."""
    kept, marks = [], 0
    harmless = made_safe(value).replace("://", ": //").replace("=?", "= ?")
    for char in unicodedata.normalize("NFC", harmless):
        marks = marks + 1 if unicodedata.combining(char) else 0
        if marks <= _MARKS:
            kept.append(char)
    whole = "".join(kept)
    return whole if len(whole) <= _LONGEST_NAME else whole[: _LONGEST_NAME - 1] + "…"


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What a letter that belongs to no request is made of.

    `to` is who reads it, `link` where it leads (path and query), `public_url` this server, `details` what it tells.
    """

    voice: Voice
    to: str
    public_url: str
    created_at: dt.datetime
    link: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)

    def named(self, what: str) -> str:
        """One of the details, as a name."""
        return name(str(self.details.get(what, "")))


def by_itself(kind: LetterKind, facts: Facts) -> Words:
    """A letter that is about no transfer request."""
    return {
        LetterKind.SIGN_IN: _sign_in,
        LetterKind.WELCOME: _welcome,
        LetterKind.JOINED: _joined,
        LetterKind.OWNER_INVITED: _owner_invited,
        LetterKind.OWNERSHIP_OFFERED: _ownership_offered,
        LetterKind.CODE_USED: _code_used,
    }[kind](facts)


def _letter(voice: Voice, subject: str, *blocks: Block | None) -> Words:
    foot = voice.say("This is an automatic message from Headcount; replies are not read.")
    return Words(voice.language, made_safe(subject), [block for block in blocks if block is not None], foot)


def _profile(facts: Facts) -> Link:
    return Link(facts.voice.say("Open your profile"), f"{facts.public_url}/")


def _sign_in(facts: Facts) -> Words:
    say = facts.voice.say
    return _letter(
        facts.voice,
        say("Your link to sign in"),
        Paragraph(say("Somebody, probably you, wants to sign in to Headcount as %(who)s.", who=name(facts.to))),
        Link(say("Sign in"), f"{facts.public_url}{facts.link}"),
        _works_once(facts),
        Paragraph(
            say(
                "Do not forward this message: the link signs in as you. If you did not ask for it, you can ignore it, "
                "and nothing happens."
            )
        ),
    )


def _works_once(facts: Facts) -> Paragraph:
    say, until = facts.voice.say, facts.voice.moment(facts.created_at + SIGN_IN_FOR)
    return Paragraph(
        say("The link works once, until %(until)s. The page that it opens has one button: press it.", until=until)
    )


def _welcome(facts: Facts) -> Words:
    say = facts.voice.say
    return _letter(
        facts.voice,
        say("Welcome to Headcount"),
        Paragraph(
            say(
                "You have an account now: %(who)s. It needs no password: you sign in with a link by e-mail.",
                who=name(facts.to),
            )
        ),
        Paragraph(
            say(
                "Your profile shows what organisations ask you. There you can accept or decline, use an invitation "
                "code, ask an organisation to let you join, and change your name and language."
            )
        ),
        _profile(facts),
    )


def _joined(facts: Facts) -> Words:
    say, house = facts.voice.say, facts.named("organisation")
    return _letter(
        facts.voice,
        say("You are a user of %(house)s now", house=house),
        Paragraph(say("You are on the List of users of %(house)s now, and use its subscription.", house=house)),
        Paragraph(
            say(
                "Your profile says whether your seat is paid. There you can also leave at any time; your account and "
                "your data stay yours."
            )
        ),
        _profile(facts),
    )


def _owner_invited(facts: Facts) -> Words:
    say, house = facts.voice.say, facts.named("organisation")
    return _letter(
        facts.voice,
        say("You are the owner of %(house)s in Headcount", house=house),
        Paragraph(
            say("%(house)s has been set up in Headcount, and %(who)s is its owner.", house=house, who=name(facts.to))
        ),
        Link(say("Sign in"), f"{facts.public_url}{facts.link or '/sign-in'}"),
        _works_once(facts) if facts.link else None,
        Paragraph(say("It needs no password: you sign in with a link by e-mail.")),
        Paragraph(say("If you do not know %(house)s, you can ignore this message.", house=house)),
    )


def _ownership_offered(facts: Facts) -> Words:
    say, house, who = facts.voice.say, facts.named("organisation"), facts.named("who")
    return _letter(
        facts.voice,
        say("%(who)s offers you the subscription of %(house)s", who=who, house=house),
        Paragraph(
            say(
                "If you accept, you become the main account of %(house)s and pay for its subscription from then on. "
                "Nothing happens unless you accept.",
                house=house,
            )
        ),
        _profile(facts),
        Paragraph(say("If you do not know %(house)s, you can ignore this message.", house=house)),
    )


def _code_used(facts: Facts) -> Words:
    say, house, who = facts.voice.say, facts.named("organisation"), facts.named("who")
    return _letter(
        facts.voice,
        say("%(who)s used an invitation code", who=who),
        Paragraph(
            say(
                "%(who)s joined the subscription of %(house)s with the code %(code)s.",
                who=who,
                house=house,
                code=facts.named("code"),
            )
        ),
        _uses_left(facts),
        Link(say("Open Headcount"), f"{facts.public_url}/"),
        Paragraph(
            say("You get this message because you wish to know who uses a code. Your profile has a switch for it.")
        ),
    )


def _uses_left(facts: Facts) -> Paragraph | None:
    left = facts.details.get("left")
    if left is None:
        return None
    if left == 0:
        return Paragraph(facts.voice.say("That was its last use."))
    counted = facts.voice.say_count("It can be used once more.", "It can be used %(number)s times more.", left)
    return Paragraph(counted)


def asking(voice: Voice, row: AnyRow, link: str) -> Words:
    """To the person asked, whether or not the address has an account here (D25)."""
    say, house = voice.say, name(row.organisation_name)
    return _letter(
        voice,
        say("%(house)s asks you to join its subscription", house=house),
        Paragraph(
            say("%(who)s asks you to become a user of the subscription of %(house)s.", who=name(row.asker), house=house)
        ),
        _quoted(say("Their message:"), row.message),
        Link(say("Read the request, and accept or decline it"), link),
        Paragraph(
            say(
                "Nothing happens unless you accept. Without an answer the request expires on %(until)s.",
                until=voice.moment(row.expires_at),
            )
        ),
        Paragraph(say("If you do not know %(house)s, you can ignore this message.", house=house)),
    )


def reminding(voice: Voice, row: AnyRow, public_url: str) -> Words:
    """To the person asked, a day before the request expires."""
    say, house = voice.say, name(row.organisation_name)
    return _letter(
        voice,
        say("%(house)s is waiting for your answer", house=house),
        Paragraph(
            say(
                "%(who)s asks you to become a user of the subscription of %(house)s. Without an answer the request "
                "expires on %(until)s.",
                who=name(row.asker),
                house=house,
                until=voice.moment(row.expires_at),
            )
        ),
        Link(say("Open your profile"), f"{public_url}/"),
        Paragraph(say("If you do not know %(house)s, you can ignore this message.", house=house)),
    )


def ending(voice: Voice, kind: LetterKind, row: AnyRow, public_url: str) -> Words:
    """To the asker, of what became of the request."""
    told = _to_a_colleague if row.direction == Direction.OUTGOING.value else _to_who_wants_in
    subject, text = told(voice, kind, row)
    link = Link(voice.say("Open Headcount"), f"{public_url}/")
    return _letter(voice, subject, Paragraph(text), _quoted(voice.say("Reason:"), row.reason), link)


def _to_a_colleague(voice: Voice, kind: LetterKind, row: AnyRow) -> tuple[str, str]:
    say, names = voice.say, {"who": name(row.email), "house": name(row.organisation_name)}
    match kind:
        case LetterKind.ACCEPTED:
            return say("%(who)s accepted", **names), say("%(who)s accepted and is a user of %(house)s now.", **names)
        case LetterKind.DECLINED:
            return say("%(who)s declined", **names), say(
                "%(who)s declined your request to join the subscription of %(house)s.", **names
            )
        case LetterKind.EXPIRED:
            return say("%(who)s did not answer", **names), say(
                "%(who)s did not answer your request to join the subscription of %(house)s, and it has expired. "
                "You can open a new one.",
                **names,
            )
    return say("The request to %(who)s is pending again", **names), say(
        "The decision about your request to %(who)s to join the subscription of %(house)s was undone. The request is "
        "pending again.",
        **names,
    )


def _to_who_wants_in(voice: Voice, kind: LetterKind, row: AnyRow) -> tuple[str, str]:
    say, house = voice.say, name(row.organisation_name)
    match kind:
        case LetterKind.ACCEPTED:
            return say("%(house)s accepted your request", house=house), say(
                "%(house)s accepted your request: you are on its List of users now. Your profile says since when, and "
                "whether your seat is paid.",
                house=house,
            )
        case LetterKind.DECLINED:
            return say("%(house)s declined your request", house=house), say(
                "%(house)s declined your request to join its subscription.", house=house
            )
    return say("Your request to %(house)s is pending again", house=house), say(
        "The decision about your request to join the subscription of %(house)s was undone. The request is pending "
        "again.",
        house=house,
    )


def _quoted(whose: str, value: str) -> Quote | None:
    said = made_safe(value)
    return Quote(whose, said) if said else None
