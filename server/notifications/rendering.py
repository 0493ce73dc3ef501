"""A letter as plain text and as HTML, both made of the same words, so that they can't tell different things.

The HTML needs nothing from anywhere: no picture, no style sheet, no script.
"""

import textwrap
from collections.abc import Sequence
from html import escape
from typing import NamedTuple, TypeAlias

WIDTH = 72

_BODY = "font-family:sans-serif;line-height:1.5;max-width:36em;margin:1.5em auto;padding:0 1em"
_BUTTON = "display:inline-block;padding:0.6em 1.2em;background:#1d4ed8;color:#ffffff;text-decoration:none"
_QUOTE = "margin:0 0 1em;padding-left:1em;border-left:3px solid #767676"


class Paragraph(NamedTuple):
    """Sentences."""

    text: str


class Quote(NamedTuple):
    """What somebody else wrote, in one line, and whose words they are."""

    whose: str
    text: str


class Link(NamedTuple):
    """Where to go: what it is called, and its address, which can be read."""

    label: str
    url: str


Block: TypeAlias = Paragraph | Quote | Link


class Words(NamedTuple):
    """One letter: its language, subject and blocks, and the line at its foot."""

    language: str
    subject: str
    blocks: Sequence[Block]
    foot: str


def as_text(words: Words) -> str:
    """The plain part."""
    return "\n\n".join(_text(block) for block in words.blocks) + f"\n\n-- \n{words.foot}\n"


def as_html(words: Words) -> str:
    """The HTML part."""
    blocks = "\n".join(_html(block) for block in words.blocks)
    return (
        f'<!doctype html>\n<html lang="{words.language}">\n<head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{escape(words.subject)}</title></head>\n'
        f'<body style="{_BODY}">\n{blocks}\n<hr>\n<p><small>{escape(words.foot)}</small></p>\n</body>\n</html>\n'
    )


def _text(block: Block) -> str:
    match block:
        case Quote(whose, text):
            quoted = textwrap.fill(
                text, WIDTH, initial_indent="> ", subsequent_indent="> ", break_long_words=False, break_on_hyphens=False
            )
            return f"{whose}\n{quoted}"
        case Link(label, url):
            return f"{label}\n{url}"
        case Paragraph(text):
            return textwrap.fill(text, WIDTH, break_long_words=False, break_on_hyphens=False)


def _html(block: Block) -> str:
    match block:
        case Quote(whose, text):
            return f'<p>{escape(whose)}</p>\n<blockquote style="{_QUOTE}">{escape(text)}</blockquote>'
        case Link(label, url):
            address = escape(url)
            button = f'<a href="{address}" style="{_BUTTON}">{escape(label)}</a>'
            return f'<p>{button}</p>\n<p style="word-break:break-all"><small>{address}</small></p>'
        case Paragraph(text):
            return f"<p>{escape(text)}</p>"
