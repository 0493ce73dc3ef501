"""The languages that pages and letters speak: English as it is written in the code, others from catalogues."""

from server.languages.catalogues import ENGLISH, LANGUAGES, Translations, known, ready, translations
from server.languages.choosing import choose
from server.languages.formats import day, in_short, moment, money, time_of_day

__all__ = [
    "ENGLISH",
    "LANGUAGES",
    "Translations",
    "choose",
    "day",
    "in_short",
    "known",
    "moment",
    "money",
    "ready",
    "time_of_day",
    "translations",
]
