"""Which language somebody reads: what they chose, else what their browser asks for, else English."""

from server.languages.catalogues import ENGLISH, LANGUAGES, known

_LONGEST = 500
_MOST = 30


def choose(accept_language: str, account_language: str = "") -> str:
    """The language for who sends such an `Accept-Language` header and chose such a language, or none.

    A region is no hindrance (`de-AT` reads `de`), nor is what can't be understood.
    """
    if known(account_language):
        return account_language
    from babel import negotiate_locale

    found = negotiate_locale(wanted(accept_language), list(LANGUAGES), sep="-")
    return found or ENGLISH


def wanted(accept_language: str) -> list[str]:
    """The languages of an `Accept-Language` header (RFC 9110), the dearest first; those with `q=0` are not wanted."""
    ranked: list[tuple[float, int, str]] = []
    for part in accept_language[:_LONGEST].split(",")[:_MOST]:
        tag, _, parameters = part.strip().partition(";")
        weight = _weight(parameters)
        if tag.strip() and weight > 0:
            ranked.append((-weight, len(ranked), tag.strip().lower()))
    return [_without_region(tag) for _, _, tag in sorted(ranked)]


def _without_region(tag: str) -> str:
    """Where every language comes in one kind, its script and region say nothing; `*` takes what there is."""
    return ENGLISH if tag == "*" else tag.partition("-")[0]


def _weight(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip().lower() != "q":
        return 1.0
    try:
        return float(value) if value.replace(".", "", 1).strip().isdecimal() else 0.0
    except ValueError:
        return 0.0
