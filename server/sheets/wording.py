"""Header words and what stands below them, in the languages of the files."""

from collections.abc import Mapping
from enum import StrEnum

from contract.exports import Language
from contract.users import UserStatus


class Heading(StrEnum):
    """A column of a file that is written."""

    EMAIL = "email"
    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    POSITION = "position"
    STATUS = "status"
    ADDED = "added"
    REASON = "reason"


PERSON = (Heading.EMAIL, Heading.FIRST_NAME, Heading.LAST_NAME, Heading.POSITION)
"""The columns of the template."""

LISTED = (*PERSON, Heading.STATUS, Heading.ADDED)
"""The columns of an export; importing it again takes those of the template."""

_WORDS: Mapping[Language, tuple[str, ...]] = {
    Language.ENGLISH: ("E-mail", "First name", "Last name", "Position", "Status", "Added", "Reason"),
    Language.FRENCH: ("E-mail", "Prénom", "Nom", "Poste", "Statut", "Ajouté le", "Motif"),
    Language.GERMAN: ("E-Mail", "Vorname", "Nachname", "Position", "Status", "Hinzugefügt am", "Grund"),
    Language.SPANISH: ("Correo electrónico", "Nombre", "Apellidos", "Puesto", "Estado", "Añadido el", "Motivo"),
}
_LISTED_AS = (UserStatus.ACTIVE, UserStatus.NOT_PAID, UserStatus.SUSPENDED, UserStatus.ENDED)
_STATUS: Mapping[Language, tuple[str, str, str, str]] = {
    Language.ENGLISH: ("Active", "Not paid", "Inactive: subscription suspended", "Inactive: subscription ended"),
    Language.FRENCH: ("Actif", "Non payé", "Inactif : abonnement suspendu", "Inactif : abonnement terminé"),
    Language.GERMAN: ("Aktiv", "Nicht bezahlt", "Inaktiv: Abo gesperrt", "Inaktiv: Abo beendet"),
    Language.SPANISH: ("Activo", "No pagado", "Inactivo: suscripción suspendida", "Inactivo: suscripción finalizada"),
}


def word(heading: Heading, language: Language) -> str:
    """The header word of a column."""
    return dict(zip(Heading, _WORDS[language], strict=True))[heading]


def status_words(language: Language) -> dict[UserStatus, str]:
    """A user's status in words."""
    return dict(zip(_LISTED_AS, _STATUS[language], strict=True))
