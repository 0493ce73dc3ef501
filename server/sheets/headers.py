"""Which column is what: by header words in English, French, German and Spanish, or by what the cells hold."""

import re
from collections.abc import Mapping, Sequence

from contract.mailbox import email_key, written
from server.platform.text import fold
from server.sheets.sheet import Field, Record

_WORDS: dict[Field, str] = {
    Field.EMAIL: """
        email, mail, e-mail address, email addresses, mail address, work email, work email address, business email,
        company email, corporate email, office email, primary email, email id, email work, user principal name, upn,
        user email, login email, primary smtp address,
        courriel, mel, adresse email, adresse mail, adresse courriel, adresse electronique,
        adresse de messagerie, adresse de courriel, messagerie, email professionnel, mail professionnel,
        courriel professionnel, adresse email professionnelle, adresse de courrier electronique,
        mailadresse, email adresse, emailadressen, epost, epost adresse, elektronische adresse,
        geschaftliche email, geschaeftliche email, dienstliche email,
        correo, correo electronico, direccion de correo, direccion de correo electronico, direccion email,
        direccion electronica, correo e, correo corporativo, correo de trabajo
    """,
    Field.FIRST_NAME: """
        first name, given name, forename, christian name, first, fname, given names, first names, legal first name,
        preferred first name,
        prenom, prenoms, premier prenom,
        vorname, vornamen, rufname,
        nombre de pila, primer nombre, nombres
    """,
    Field.LAST_NAME: """
        last name, surname, family name, last, lname, sn, surnames, last names, legal last name, second name,
        nom de famille, nom patronymique, nom d'usage, nom usuel,
        nachname, familienname, zuname, nachnamen,
        apellido, apellidos, primer apellido
    """,
    Field.POSITION: """
        position, job title, title, job, role, function, job position, job role, employee title, occupation,
        business title, designation, profession,
        poste, fonction, intitule du poste, intitule de poste, titre, metier, emploi, titre du poste,
        stelle, funktion, berufsbezeichnung, stellenbezeichnung, positionsbezeichnung, beruf, rolle, titel,
        puesto, cargo, puesto de trabajo, funcion, titulo, ocupacion, profesion, rol, posicion
    """,
    Field.FULL_NAME: """
        full name, display name, employee name, user name displayed, employee, person, name and surname,
        first and last name, user, contact name,
        nom complet, nom et prenom, prenom et nom, nom prenom, prenom nom, nom affiche, collaborateur, salarie,
        vollstandiger name, voller name, vor und nachname, vorname nachname, name vorname, anzeigename, mitarbeiter,
        nombre completo, nombre y apellidos, nombre y apellido, apellidos y nombre, apellidos nombre, empleado
    """,
    Field.OTHER_EMAIL: """
        email 2, email2, e-mail address 2, second email, second email address, secondary email,
        secondary email address, alternate email, alternative email, alternate email address, other email,
        other email address, additional email, backup email, private email, private email address, personal email,
        personal email address, home email,
        email secondaire, autre email, email prive, email personnel, courriel personnel, mail personnel, mail prive,
        adresse email personnelle, adresse email secondaire,
        private mailadresse, email privat, private emailadresse, zweite email, weitere email, andere email,
        alternative email adresse,
        correo 2, correo personal, correo privado, correo secundario, correo alternativo, otro correo,
        correo electronico personal, email personal
    """,
}
_ANY_NAME = frozenset({"name", "names", "nom", "noms", "nombre"})
"""A first, a last or a full name, depending on which other columns there are."""

_WEAK = frozenset({"title", "titel", "titre", "titulo", "role", "rolle", "rol", "function", "user", "mail"})
"""Words that count only where no better one does: a title is also what stands before a name."""

_BRACKETS = re.compile(r"\[[^\]]*\]|\([^)]*\)")
_OTHER = re.compile(r"[\W_]+")

MAX_SIMPLE = 4
"""A file without header may have so many columns: those of the template, in its order."""


_LONGEST = 2_000
"""Characters of a cell that may still hold an address with a name beside it."""


def _plain(word: str) -> str:
    return _OTHER.sub("", fold(_BRACKETS.sub("", word[:200])))


_FIELDS = {_plain(word): name for name, words in _WORDS.items() for word in words.split(",")}


def mapping_of(header: Sequence[str]) -> dict[Field, int]:
    """What the words of a header say; of two columns for the same, the first counts.

    A second one of addresses is the other address; one that is called so and is the only one is the address.
    """
    found: dict[Field, int] = {}
    any_name: int | None = None
    words = [(index, _plain(word)) for index, word in enumerate(header)]
    for index, plain in sorted(words, key=lambda each: each[1] in _WEAK):
        if plain in _ANY_NAME and any_name is None:
            any_name = index
        elif plain in _FIELDS:
            name = _FIELDS[plain]
            again = name is Field.EMAIL and name in found
            found.setdefault(Field.OTHER_EMAIL if again else name, index)
    if Field.OTHER_EMAIL in found and Field.EMAIL not in found:
        found[Field.EMAIL] = found.pop(Field.OTHER_EMAIL)
    if any_name is not None:
        _place_name(found, any_name)
    if found.keys() & {Field.FIRST_NAME, Field.LAST_NAME}:
        found.pop(Field.FULL_NAME, None)
    return found


def _place_name(found: dict[Field, int], index: int) -> None:
    """The word `Name` beside a first name is the last name, beside a last name the first, alone the whole."""
    if Field.FIRST_NAME in found:
        found.setdefault(Field.LAST_NAME, index)
    elif Field.LAST_NAME in found:
        found.setdefault(Field.FIRST_NAME, index)
    else:
        found.setdefault(Field.FULL_NAME, index)


def is_address(cell: str) -> bool:
    """Whether a cell looks like one e-mail address."""
    if "@" not in cell or len(cell) > _LONGEST:
        return False
    found = written(cell)
    return len(found) == 1 and email_key(found[0].email) is not None


def has_address(cells: Sequence[str]) -> bool:
    """Whether a row names somebody: then it is no header."""
    return any(is_address(cell) for cell in cells)


def by_content(rows: Sequence[Record], header: Sequence[str] = ()) -> dict[Field, int]:
    """The mapping of what the header does not say.

    Without a header: the column of addresses, the others in the template's order, if there are no more than that has.
    With one: the column of addresses, if the header names the rest or there is no rest.
    """
    counts = address_counts([row.cells for row in rows])
    address = _fullest(counts)
    if address is None:
        return {}
    if header:
        named: dict[Field, int] = {name: index for name, index in mapping_of(header).items() if name is not Field.EMAIL}
        return named | {Field.EMAIL: address} if named or len(header) == 1 else {}
    other = _fullest({index: count for index, count in counts.items() if index != address})
    if other is not None and other < address and counts[other] * 2 >= counts[address]:
        address, other = other, address
    others = [index for index in range(len(rows[0].cells)) if index not in {address, other}]
    if len(others) >= MAX_SIMPLE:
        return {}
    names = [Field.FIRST_NAME, Field.LAST_NAME, Field.POSITION] if len(others) > 1 else [Field.FULL_NAME]
    found = {Field.EMAIL: address, **dict(zip(names, others, strict=False))}
    return found if other is None else found | {Field.OTHER_EMAIL: other}


def address_column(rows: Sequence[Sequence[str]]) -> int | None:
    """The column (from 0) with the most e-mail addresses; none when no cell is one."""
    return _fullest(address_counts(rows))


def address_counts(rows: Sequence[Sequence[str]]) -> dict[int, int]:
    """How many e-mail addresses the columns (from 0) have that have any."""
    counts: dict[int, int] = {}
    for row in rows:
        for index, cell in enumerate(row):
            if is_address(cell):
                counts[index] = counts.get(index, 0) + 1
    return counts


def _fullest(counts: Mapping[int, int]) -> int | None:
    return max(counts, key=lambda index: (counts[index], -index)) if counts else None


def checked(mapping: Mapping[Field, int], width: int) -> dict[Field, int]:
    """A mapping that somebody chose.

    Raises:
        ValueError: it has no e-mail address, or names a column that is not there, or one column twice.
    """
    chosen = dict(mapping)
    columns = list(chosen.values())
    if Field.EMAIL not in chosen or len(set(columns)) < len(columns):
        message = "name the column with the e-mail address, each column once"
        raise ValueError(message)
    if not all(0 <= index < max(width, 1) for index in columns):
        message = f"the file has {width} columns"
        raise ValueError(message)
    return chosen
