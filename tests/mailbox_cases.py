"""Addresses and what becomes of each, the same in every door: one table for the tests of all of them."""

from typing import NamedTuple


class Case(NamedTuple):
    """What is typed, and its key with the remark on what was removed around it, or why it is refused."""

    text: str
    key: str = ""
    remark: str = ""
    refused: str = ""


def named(*characters: str) -> str:
    """The remark on these."""
    return f"Removed around the address: {', '.join(characters)}."


def inside(character: str) -> str:
    """The refusal of one inside."""
    return f"Remove {character} from the address."


IP = "The part after the @ is an IP address: use a domain name."
DOTS_BEFORE = "The part before the @ can't start or end with a dot, or have two in a row."
DOTS_AFTER = "A domain can't start or end with a dot, or have two in a row."

TAKEN = [
    Case("plain@x.example", "plain@x.example"),
    Case("CASE@X.Example", "case@x.example"),
    Case(" blanks@x.example\t", "blanks@x.example"),
    Case("a2@x.example\u00a0", "a2@x.example", named("U+00A0 no-break space")),
    Case("\u200ba3@x.example", "a3@x.example", named("U+200B zero width space")),
    Case("a4@x.example\u00ad", "a4@x.example", named("U+00AD soft hyphen")),
    Case("\u2060a6@x.example", "a6@x.example", named("U+2060 word joiner")),
    Case("\u200ea7@x.example\u200f", "a7@x.example", named("U+200E left-to-right mark", "U+200F right-to-left mark")),
    Case("\ufeffa8@x.example", "a8@x.example", named("U+FEFF zero width no-break space")),
    Case(
        "\u202aa9@x.example\u202c",
        "a9@x.example",
        named("U+202A left-to-right embedding", "U+202C pop directional formatting"),
    ),
    Case("\u3000b1@x.example", "b1@x.example", named("U+3000 ideographic space")),
    Case("b2@x.example\u0378", "b2@x.example", named("U+0378 unassigned character")),
    Case("b3@x.example\ue000", "b3@x.example", named("U+E000 private use character")),
    Case("gro\u00df@x.example", "gro\u00df@x.example"),
    Case("gross@x.example", "gross@x.example"),
    Case("e\u0301t\u00c9@x.example", "\u00e9t\u00e9@x.example"),
    Case("c1@stra\u00dfe.example", "c1@xn--strae-oqa.example"),
    Case("c1@strasse.example", "c1@strasse.example"),
    Case("c2@B\u00dcCHER.example", "c2@xn--bcher-kva.example"),
    Case("c3@xn--BCHER-kva.example", "c3@xn--bcher-kva.example"),
    Case("c4@\u4f8b\u3048\u3002example", "c4@xn--r8jz45g.example"),
    Case("c5@xn--mgba3gch31f060k.example", "c5@xn--mgba3gch31f060k.example"),
    Case("o'neil+tag@x.example", "o'neil+tag@x.example"),
    Case("d1@r3---sn.example", "d1@r3---sn.example"),
    Case("x" * 64 + "@x.example", "x" * 64 + "@x.example"),
]
"""Each with the key it must have."""

REFUSED = [
    Case("a\u200b5@x.example", refused=inside("U+200B zero width space")),
    Case("a\u00ad5@x.example", refused=inside("U+00AD soft hyphen")),
    Case("a\u20605@x.example", refused=inside("U+2060 word joiner")),
    Case("a\u200d5@x.example", refused=inside("U+200D zero width joiner")),
    Case("a\u200c5@x.example", refused=inside("U+200C zero width non-joiner")),
    Case("a\ufeff5@x.example", refused=inside("U+FEFF zero width no-break space")),
    Case("a\u202e5@x.example", refused=inside("U+202E right-to-left override")),
    Case("a\u034f5@x.example", refused=inside("U+034F combining grapheme joiner")),
    Case("a\u31645@x.example", refused=inside("U+3164 hangul filler")),
    Case("a\ufe0f5@x.example", refused=inside("U+FE0F variation selector-16")),
    Case("a\u00a05@x.example", refused=inside("U+00A0 no-break space")),
    Case("a\u3000z@x.example", refused=inside("U+3000 ideographic space")),
    Case("a 5@x.example", refused=inside("U+0020 space")),
    Case("a\t5@x.example", refused=inside("U+0009 tab")),
    Case("a\u03785@x.example", refused=inside("U+0378 unassigned character")),
    Case("a\ue0005@x.example", refused=inside("U+E000 private use character")),
    Case("a5@x\u200b.example", refused=inside("U+200B zero width space")),
    Case("a5@x.exam\u00adple", refused=inside("U+00AD soft hyphen")),
    Case("nobody", refused="This is not an e-mail address."),
    Case("ann\uff20x.example", refused="Type @ instead of U+FF20 fullwidth commercial at."),
    Case("a@@x.example", refused="An address has one @; this has 2."),
    Case("@x.example", refused="There is nothing before the @."),
    Case("ab@", refused="There is nothing after the @."),
    Case('"a b"@x.example', refused='Quotes before the @ are not accepted, as in "a b"@x.example.'),
    Case("a\\b@x.example", refused="The part before the @ can't contain U+005C reverse solidus."),
    Case(".ann@x.example", refused=DOTS_BEFORE),
    Case("ann.@x.example", refused=DOTS_BEFORE),
    Case("a..b@x.example", refused=DOTS_BEFORE),
    Case("ann@.x.example", refused=DOTS_AFTER),
    Case("ann@x..example", refused=DOTS_AFTER),
    Case("ann@x", refused="The domain x has no ending such as .com."),
    Case("ann@192.168.0.1", refused=IP),
    Case("ann@[192.168.0.1]", refused=IP),
    Case("ann@[IPv6:2001:db8::1]", refused=IP),
    Case("ann@3232235521", refused=IP),
    Case("ann@0xC0A80001", refused=IP),
    Case("ann@127.1", refused=IP),
    Case("ann@0x7f.0x1", refused=IP),
    Case("ann@\uff11\uff12\uff17.\uff10.\uff10.\uff11", refused=IP),
    Case("ann@xn--a.example", refused="xn--a stands for no domain name: write the name in its own letters."),
    Case("ann@xn--abc-.example", refused="xn--abc- stands for no domain name: write the name in its own letters."),
    Case("ann@\u2615.example", refused="A domain can't contain U+2615 hot beverage."),
    Case("ann@a_b.example", refused="A domain can't contain U+005F low line."),
    Case("ann@-x.example", refused="A part of a domain can't start or end with a hyphen, as -x does."),
    Case(
        "ann@" + "x" * 64 + ".example",
        refused="A part of the domain is too long: 64 bytes, and at most 63 are allowed.",
    ),
    Case("x" * 65 + "@x.example", refused="The part before the @ is too long: 65 bytes, and at most 64 are allowed."),
    Case(
        "\u00e4" * 33 + "@x.example",
        refused="The part before the @ is too long: 66 bytes, and at most 64 are allowed.",
    ),
    Case(
        "a@" + "x" * 60 + "." + "\u00fc" * 20 + "." + "y" * 60 + "." + "z" * 60 + ".\u00fc" + "w" * 40,
        refused="The address is too long: 260 bytes, and at most 254 are allowed.",
    ),
    Case(
        "\u0301ann@x.example",
        refused="An address can't start with U+0301 combining acute accent: it belongs to a letter.",
    ),
]
"""Each with the sentence that says why."""

WRITTEN = [
    ("Ann Lee <ann@x.example>", "Ann", "Lee"),
    ('"Lee, Ann" <ann@x.example>', "Ann", "Lee"),
    ("Lee, Ann <ann@x.example>", "Ann", "Lee"),
    ("'Ann Lee' <ann@x.example>;", "Ann", "Lee"),
    ('"Lee, \\"Annie\\" Ann" <ann@x.example>', '"Annie" Ann', "Lee"),
    ("ann@x.example (Ann Lee)", "Ann", "Lee"),
    ("Ann Lee [mailto:ann@x.example]", "Ann", "Lee"),
    ("Ann Lee <mailto:ann@x.example>", "Ann", "Lee"),
    ("ann@x.example<mailto:ann@x.example>", "", ""),
    ("mailto:ann@x.example?subject=Hi%20Ann", "", ""),
    ("MAILTO:ann%40x.example", "", ""),
    ("<ann@x.example>", "", ""),
    ("ann@x.example;", "", ""),
    ("ann@x.example,", "", ""),
    ("ann@x.example.", "", ""),
    ("'ann@x.example'", "", ""),
    (" ;ann@x.example; ", "", ""),
]
"""Forms in which people paste one address, with the names that stand beside it."""
