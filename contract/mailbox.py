"""What an e-mail address is, which two are one mailbox, and how people write addresses down.

Both sides judge addresses by this, so that a form, a file and a call of the API never disagree (docs/rules.md).
"""

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple, NoReturn

MOST_BYTES = 254
MOST_LOCAL_BYTES = 64
MOST_LABEL = 63

_IP = "The part after the @ is an IP address: use a domain name."

_PLAIN_LOCAL = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+"
_PLAIN_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_PLAIN = re.compile(
    rf"(?!.{{{MOST_BYTES + 1}}})(?![^@]{{{MOST_LOCAL_BYTES + 1}}}){_PLAIN_LOCAL}(?:\.{_PLAIN_LOCAL})*"
    rf"@(?:(?!xn--){_PLAIN_LABEL}\.)+(?!xn--)(?![0-9]+\Z)(?!0x[0-9a-f]*\Z){_PLAIN_LABEL}",
    re.IGNORECASE | re.ASCII,
)
"""Nearly every address: nothing in it needs a closer look, and its lower case is its key."""

_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_PUNYCODE = re.compile(r"xn--[a-z0-9-]+", re.IGNORECASE | re.ASCII)
_NOT_LOCAL = re.compile(r'[\x00-\x20\x7f"(),:;<>\[\\\]@]')
_NOT_DOMAIN = re.compile(r"[\x00-\x2c\x2f\x3a-\x40\x5b-\x60\x7b-\x7f]")
_ENDS_OF_LABELS = re.compile("[.\u3002\uff0e\uff61]")
_OTHER_ATS = "\uff20\ufe6b"

_UNSEEN = frozenset(("Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp", "Zs"))
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
"""What Unicode says is not drawn (`Default_Ignorable_Code_Point`), of whatever category, and the empty Braille cell."""

BLANKS = " \t\r\n"
"""What stands around anything without a word being said about it."""

_OTHER_NAMES = {
    "\x00": "null",
    "\t": "tab",
    "\n": "line feed",
    "\r": "carriage return",
    "\x1b": "escape",
    "\x7f": "delete",
    "\x85": "next line",
}
_KINDS = {
    "Cc": "control character",
    "Cn": "unassigned character",
    "Co": "private use character",
    "Cs": "half a character",
}
_TOLD = 3


class NotAnAddressError(ValueError):
    """A text is no e-mail address; the message is a sentence that says why, and what to do."""


class Mailbox(NamedTuple):
    """An address: as it is kept and shown, what makes it the same as another, and what was left out around it."""

    email: str
    key: str
    left: str = ""

    @property
    def remark(self) -> str:
        """What was left out, as a sentence; empty when nothing was."""
        return left_out("address", self.left)


class Written(NamedTuple):
    """An address as somebody wrote it down, without what was around it, and the name that stood beside it."""

    email: str
    name: str = ""


def mailbox(text: str) -> Mailbox:
    """What an address stands for. Blanks and unseen characters around it are left out; inside they are refused.

    The key is the part before the @ in lower case (normal form C, nothing folded: ß is not ss), and the domain as the
    name service knows it (IDNA 2008 after UTS 46, not transitional). The key of a key is itself.

    Raises:
        NotAnAddressError: it is none.
    """
    if _PLAIN.fullmatch(text):
        return Mailbox(text, text.lower())
    core, left = trimmed(text)
    if len(core) > MOST_BYTES:
        _refuse_length(len(core))
    core = unicodedata.normalize("NFC", core)
    if _PLAIN.fullmatch(core):
        return Mailbox(core, core.lower(), left)
    local, domain = _halves(core)
    _check_local(local)
    ascii_name = ascii_domain(domain)
    key = f"{unicodedata.normalize('NFC', local.lower())}@{ascii_name}"
    size = len(local.encode()) + 1 + len(ascii_name)
    if max(size, len(key.encode())) > MOST_BYTES:
        _refuse_length(size)
    return Mailbox(core, key, left)


def email_key(text: str) -> str | None:
    """What makes two addresses the same; None for what is none."""
    if _PLAIN.fullmatch(text):
        return text.lower()
    try:
        return mailbox(text).key
    except NotAnAddressError:
        return None


def _halves(core: str) -> tuple[str, str]:
    """What stands before the @ and after it; nothing unseen is in either."""
    if not core:
        _refuse("There is no e-mail address.")
    if "@" not in core:
        other = next((char for char in core if char in _OTHER_ATS), "")
        _refuse(f"Type @ instead of {described(other)}." if other else "This is not an e-mail address.")
    if core.startswith('"'):
        _refuse('Quotes before the @ are not accepted, as in "a b"@x.example.')
    if hidden := next(filter(is_unseen, core), ""):
        _refuse(f"Remove {described(hidden)} from the address.")
    local, _, domain = core.partition("@")
    if "@" in domain:
        _refuse(f"An address has one @; this has {core.count('@')}.")
    if not local or not domain:
        _refuse(f"There is nothing {'after' if local else 'before'} the @.")
    return local, domain


def _check_local(local: str) -> None:
    if found := _NOT_LOCAL.search(local):
        _refuse(f"The part before the @ can't contain {described(found[0])}.")
    if "" in local.split("."):
        _refuse("The part before the @ can't start or end with a dot, or have two in a row.")
    if unicodedata.category(local[0])[0] == "M":
        _refuse(f"An address can't start with {described(local[0])}: it belongs to a letter.")
    size = max(len(local.encode()), len(unicodedata.normalize("NFC", local.lower()).encode()))
    if size > MOST_LOCAL_BYTES:
        _refuse(f"The part before the @ is too long: {size} bytes, and at most {MOST_LOCAL_BYTES} are allowed.")


@lru_cache(maxsize=4096)
def ascii_domain(domain: str) -> str:
    """A domain as the name service knows it, in lower case: `straße.example` is `xn--strae-oqa.example`.

    Raises:
        NotAnAddressError: it is an IP address, no domain name, or one of a single part.
    """
    if domain.startswith("[") or ":" in domain:
        _refuse(_IP)
    if found := _NOT_DOMAIN.search(domain):
        _refuse(f"A domain can't contain {described(found[0])}.")
    labels = _ENDS_OF_LABELS.split(domain)
    if "" in labels:
        _refuse("A domain can't start or end with a dot, or have two in a row.")
    name = ".".join(map(_ascii_label, labels))
    last = name.rpartition(".")[2]
    if _NUMBER.fullmatch(last):
        _refuse(_IP)
    if last == name:
        _refuse(f"The domain {shortened(domain)} has no ending such as .com.")
    if len(name) > MOST_BYTES - len("a@"):
        _refuse_length(len(name) + len("a@"))
    return name


def _ascii_label(label: str) -> str:
    """One part of a domain. Of ASCII, what the name service takes; of other letters, what IDNA 2008 does."""
    plain = label.lower()
    if not plain.isascii() or plain.startswith("xn--"):
        plain = _idna_label(label)
    if len(plain) > MOST_LABEL:
        _refuse(f"A part of the domain is too long: {len(plain)} bytes, and at most {MOST_LABEL} are allowed.")
    if plain.startswith("-") or plain.endswith("-"):
        _refuse(f"A part of a domain can't start or end with a hyphen, as {shortened(label)} does.")
    return plain


def _idna_label(label: str) -> str:
    import idna  # takes long to import, and hardly any address needs it

    try:
        mapped = idna.uts46_remap(label, std3_rules=True, transitional=False)
        if mapped.isascii() and mapped[:4] != "xn--":
            found, again = mapped, mapped
        else:
            found = idna.alabel(mapped).decode()
            again = idna.alabel(idna.ulabel(found)).decode()
    except (idna.IDNAError, UnicodeError):
        found = again = ""
    if found and found == again and "." not in found:
        return found
    if label[:4].lower() == "xn--":
        _refuse(f"{shortened(label)} stands for no domain name: write the name in its own letters.")
    sign = next((char for char in label if not (char.isalnum() or char == "-" or unicodedata.combining(char))), "")
    sentence = (
        f"A domain can't contain {described(sign)}." if sign else f"{shortened(label)} can't be part of a domain."
    )
    raise NotAnAddressError(sentence)


def _refuse_length(size: int) -> NoReturn:
    _refuse(f"The address is too long: {size:,} bytes, and at most {MOST_BYTES} are allowed.")


def _refuse(sentence: str) -> NoReturn:
    raise NotAnAddressError(sentence)


def shortened(text: str, most: int = 40) -> str:
    """The beginning of a text, for a sentence."""
    return visible(text if len(text) <= most else f"{text[: most - 1]}…")


def with_readable_domains(text: str) -> str:
    """A text with every domain in its own letters: `a@xn--strae-oqa.example` becomes `a@straße.example`."""
    return _PUNYCODE.sub(lambda found: _readable(found[0].lower()), text) if "xn--" in text.lower() else text


@lru_cache(maxsize=1024)
def _readable(label: str) -> str:
    import idna

    try:
        return idna.ulabel(label)
    except (idna.IDNAError, UnicodeError):
        return label


# What is not seen.


@lru_cache(maxsize=4096)
def is_unseen(char: str) -> bool:
    """Whether a character is a blank or is not drawn: controls, marks of direction, unassigned ones and so on."""
    return unicodedata.category(char) in _UNSEEN or _INVISIBLE.match(char) is not None


def without_invisible(text: str) -> str:
    """A text without what is not drawn, its blanks kept: what two texts are compared by that look the same."""
    return text if text.isascii() else _INVISIBLE.sub("", text)


def trimmed(text: str) -> tuple[str, str]:
    """A text without blanks and unseen characters around it, and those of them that are no ordinary blanks."""
    inner, around = without_around(text, is_unseen)
    return inner, "".join(char for char in around if char not in BLANKS)


def without_around(text: str, goes: Callable[[str], bool]) -> tuple[str, str]:
    """A text without the characters around it that go, and each of those once."""
    start, end = 0, len(text)
    while start < end and goes(text[start]):
        start += 1
    while end > start and goes(text[end - 1]):
        end -= 1
    return text[start:end], "".join(dict.fromkeys(text[:start] + text[end:]))


def left_out(what: str, characters: str) -> str:
    """`Removed around the address: U+200B zero width space.`, or nothing for no characters."""
    if not characters:
        return ""
    named = [described(char) for char in characters[:_TOLD]]
    more = len(characters) - len(named)
    return f"Removed around the {what}: {', '.join([*named, *([f'{more} more'] if more else [])])}."


def described(char: str) -> str:
    """A character by its number and name: `U+200B zero width space`."""
    kind = _KINDS.get(unicodedata.category(char), "unnamed character")
    name = _OTHER_NAMES.get(char) or unicodedata.name(char, kind).lower()
    return f"U+{ord(char):04X} {name}"


def visible(text: str) -> str:
    """A text with the number of whatever is not seen in its place, for a sentence: `a<U+200B>b@x.example`."""
    return "".join(char if char == " " or not is_unseen(char) else f"<U+{ord(char):04X}>" for char in text)


# How people write them down.

_PART = re.compile(r'(?:"(?:[^"\\]|\\.)*"|<[^<>]*>|\([^()]*\)|[^;,\r\n])+', re.DOTALL)
_BRACKETED = re.compile(r"(?P<name>[^<>]*)<(?P<email>[^<>]*)>", re.DOTALL)
_COMMENTED = re.compile(r"(?P<email>[^\s()<>]+@[^\s()<>]+)\s*\((?P<name>[^()]*)\)")
_OUTLOOK = re.compile(r"\[(mailto:[^\[\]<>]*)\]", re.IGNORECASE)
_MAILTO = "mailto:"
_FORMS = re.compile(r"[<>()\[\];,:\"'\r\n]|\.[^.\w]*\Z")


def written(text: str) -> list[Written]:
    """The addresses in a text such as `Ann Lee <ann@x.example>; "Lee, Bo" <bo@x.example>,` in order.

    Taken off are brackets, quotes, `mailto:` with what follows the address, and commas, semicolons and a full stop
    around each. Whether it is an address is for `mailbox`; a part without @ stands among them as it is.
    """
    if not _FORMS.search(text):
        return [Written(text.strip(BLANKS))]
    parts: list[str] = []
    surname = ""
    for found in _PART.finditer(_OUTLOOK.sub(r"<\1>", text)):
        part, after = found[0], text[found.end() : found.end() + 1]
        if "@" not in part and not trimmed(part)[0]:
            continue
        if surname:
            joined = "<" in part and "@" in part
            parts += [f"{surname},{part}"] if joined else [surname]
            surname = ""
            if joined:
                continue
        if "@" not in part and after == ",":
            surname = part
        else:
            parts.append(part)
    return [_unwrapped(part) for part in [*parts, *([surname] if surname else [])]] or [Written(text.strip(BLANKS))]


def one_written(text: str) -> Written:
    """The only address in a text, as `written` finds it.

    Raises:
        NotAnAddressError: there are several.
    """
    found = written(text)
    if len(found) == 1:
        return found[0]
    if sum("@" in each.email for each in found) > 1:
        _refuse(f"These are {len(found)} addresses: give each a row of its own.")
    return Written(text.strip(BLANKS))


def _unwrapped(part: str) -> Written:
    core = trimmed(part)[0]
    before, _, after = part.partition(core)
    found = _BRACKETED.fullmatch(core) or _COMMENTED.fullmatch(core)
    email, name = (found["email"], _unquoted(found["name"])) if found else (core, "")
    email = _unquoted(email) if "@" in email else email
    if email[: len(_MAILTO)].lower() == _MAILTO:
        from urllib.parse import unquote

        email = unquote(email[len(_MAILTO) :].partition("?")[0])
    if email.endswith(".") and not email.endswith(".."):
        email = email[:-1]
    if name.lower() == email.lower():
        name = ""
    return Written(f"{before.strip(BLANKS)}{email}{after.strip(BLANKS)}", name)


def _unquoted(text: str) -> str:
    text = trimmed(text)[0]
    for quote in "\"'":
        if len(text) > 1 and text[0] == text[-1] == quote and f"{quote}@" not in text:
            return trimmed(re.sub(r"\\(.)", r"\1", text[1:-1]))[0]
    return text


def split_name(name: str) -> tuple[str, str]:
    """First and last name of one text: at its comma (`Lovelace, Ada`), otherwise at its last blank."""
    last, comma, first = name.partition(",")
    if comma and "," not in first:
        return first.strip(), last.strip()
    first, _, last = name.strip().rpartition(" ")
    return (first.strip(), last) if first else (last, "")
