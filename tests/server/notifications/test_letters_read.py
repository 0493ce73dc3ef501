"""Every kind of letter, in every language, read by somebody else's reader: Python's `email`, and an HTML parser."""

import datetime as dt
import re
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from html.parser import HTMLParser
from types import SimpleNamespace
from typing import Any

import pytest

from contract.transfers import Direction
from server.languages import LANGUAGES
from server.languages.voice import Voice
from server.notifications import wording
from server.notifications.kinds import ASKING, OF_REQUESTS, LetterKind
from server.notifications.letters import UnsendableError, message_of
from server.notifications.rendering import Words
from server.settings import MailSettings

AT = dt.datetime(2026, 3, 1, 9, 5, tzinfo=dt.UTC)
PUBLIC = "https://seats.example.org"
MAIL = MailSettings(host="mail.example.org", port=587, sender="seats@example.org", public_url=PUBLIC)

HOSTILE = [
    "Evil\r\nBcc: victim@else.example\r\n\r\n<script>alert(1)</script>",
    "=?utf-8?q?x=0D=0ABcc:_victim@else.example?=",
    "\u202egnp.exe\u2066 \u2028 \x1b[31m",
    "A\u0301\u0302\u0303\u0304\u0305\u0306\u0307 Zalgo",
    "https://evil.example/click",
    "Łódź Müller 株式会社 \U0001f600 شركة",
    "x" * 5_000,
    '"quoted", <b@c.example>; (comment) %(who)s %s &amp; </p><a href="https://evil.example">',
    "",
]


class _Seen(HTMLParser):
    """What somebody sees of a page, and what it would fetch or run."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """One element begins."""
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        """Some text."""
        self.texts.append(data)

    @property
    def text(self) -> str:
        """All of it, its blanks single."""
        return " ".join(" ".join(self.texts).split())


def _row(name: str, direction: Direction) -> Any:
    return SimpleNamespace(
        organisation_name=name,
        asker=name,
        email=name,
        message=f"Come, says {name}",
        reason=f"Because {name}",
        expires_at=AT,
        direction=direction.value,
    )


def _words(kind: LetterKind, language: str, name: str, direction: Direction = Direction.OUTGOING) -> Words:
    voice, row = Voice(language), _row(name, direction)
    if kind in ASKING:
        return wording.asking(voice, row, f"{PUBLIC}/request?link=s3cret")
    if kind is LetterKind.REMINDER:
        return wording.reminding(voice, row, PUBLIC)
    if kind in OF_REQUESTS:
        return wording.ending(voice, kind, row, PUBLIC)
    details = {"organisation": name, "code": name, "who": name, "email": name, "left": 3, "offer_id": "own_1"}
    link = "/sign-in/confirm?link=s3cret"
    facts = wording.Facts(voice=voice, to=name, public_url=PUBLIC, created_at=AT, link=link, details=details)
    return wording.by_itself(kind, facts)


def _read(words: Words, to: str = "zoe@else.example") -> EmailMessage:
    """As a mail server and then a mail program have it: bytes, parsed by nothing of ours."""
    letter: Any = SimpleNamespace(id="let_1", created_at=AT)
    found = message_from_bytes(message_of(letter, words, to, MAIL).as_bytes(), policy=default)
    assert isinstance(found, EmailMessage)
    assert found.defects == []
    return found


def _parts(message: EmailMessage) -> tuple[str, _Seen]:
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert html is not None
    seen = _Seen()
    seen.feed(html.get_content())
    return plain.get_content().replace("\r\n", "\n"), seen


def _sentences(text: str) -> list[str]:
    """The sentences of the plain part: without marks of quotes, and as they were before they were folded."""
    body = text.replace("\n-- \n", "\n\n")
    paragraphs = [" ".join(line.removeprefix("> ") for line in each.splitlines()) for each in body.split("\n\n")]
    return [sentence for each in paragraphs for sentence in re.split(r"(?<=[.:?!]) ", each.strip()) if sentence]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", LetterKind)
def test_both_parts_tell_the_same(kind: LetterKind, language: str) -> None:
    """Whatever the text says the HTML says too, and leads to the same places; both say in which language."""
    for direction in Direction:
        message = _read(_words(kind, language, "Example Ltd", direction))
        text, seen = _parts(message)
        assert message["Content-Language"] == language
        assert ("html", {"lang": language}) in seen.tags
        assert [each for each in _sentences(text) if " ".join(each.split()) not in seen.text] == []
        links = [attributes["href"] for tag, attributes in seen.tags if tag == "a"]
        assert links == re.findall(r"https://\S+", text)
        assert all(link in seen.text for link in links if link)


@pytest.mark.parametrize("kind", LetterKind)
def test_nothing_is_fetched_or_run(kind: LetterKind) -> None:
    """No picture, style sheet, script or form; links lead to this server's pages only, and carry one secret at most."""
    _, seen = _parts(_read(_words(kind, "en", "Example Ltd")))
    assert {tag for tag, _ in seen.tags} <= {
        "html", "head", "meta", "title", "body", "p", "a", "blockquote", "hr", "small",
    }  # fmt: skip
    assert not any(set(attributes) & {"src", "background", "onclick", "srcset"} for _, attributes in seen.tags)
    assert all("url(" not in (attributes.get("style") or "") for _, attributes in seen.tags)
    links = [attributes["href"] or "" for tag, attributes in seen.tags if tag == "a"]
    assert links
    assert all(link.startswith(f"{PUBLIC}/") and link.count("=") <= 1 for link in links)


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("kind", LetterKind)
def test_no_name_makes_a_header_or_an_element(kind: LetterKind, name: str) -> None:
    """Line breaks, encoded words, directions, elements and formats in names are nothing but text."""
    for direction in Direction:
        usual, message = (_read(_words(kind, "de", each, direction)) for each in ("Example Ltd", name))
        assert sorted(message.keys()) == sorted(usual.keys())
        assert str(message["To"]) == "zoe@else.example"
        assert "\n" not in str(message["Subject"])
        text, seen = _parts(message)
        assert not re.search("[\u202a-\u202e\u2066-\u2069\x1b\r\u2028]", str(message["Subject"]) + text + seen.text)
        assert "https://evil" not in text.replace("> ", "").partition("Come, says")[0].partition("Because")[0]
        assert [tag for tag, _ in seen.tags if tag in {"script", "b"}] == []
        assert all((each.get("href") or PUBLIC).startswith(PUBLIC) for _, each in seen.tags)


@pytest.mark.parametrize("to", ["zoe@münchen.example", "o'neil+seats@else.example", '"a b"@else.example'])
def test_unusual_addresses(to: str) -> None:
    """One receiver, as the name service knows it; or it is said that no mail can be sent there."""
    try:
        found = _read(_words(LetterKind.SIGN_IN, "fr", to), to)
    except UnsendableError:
        return
    assert len(found["To"].addresses) == 1
    assert str(found["To"]).isascii()


def test_an_address_with_a_line_break_is_none() -> None:
    """It is refused before any header is made of it."""
    with pytest.raises(UnsendableError):
        _read(_words(LetterKind.SIGN_IN, "en", "x"), "zoe@else.example\r\nBcc: victim@else.example")


def test_each_kind_has_words_of_its_own() -> None:
    """No two kinds have one subject, in any language, but those that ask a second time."""

    def subject(kind: LetterKind, language: str) -> str:
        """What it is about."""
        return _words(kind, language, "Example Ltd").subject

    for language in LANGUAGES:
        subjects = [subject(kind, language) for kind in LetterKind if kind is not LetterKind.RESENT]
        assert len(set(subjects)) == len(subjects)
        if language != "en":
            assert not set(subjects) & {subject(kind, "en") for kind in LetterKind}
