"""The user's language, as far as files have header words in it."""

from collections.abc import Mapping

from contract.exports import Language

__all__ = ["language_of"]


def language_of(environ: Mapping[str, str]) -> Language:
    """What the locale says (`LC_ALL`, `LC_MESSAGES`, `LANG`, in this order); English for any other."""
    named = next((environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environ.get(name)), "")
    word = named[:2].lower()
    return Language(word) if word in set(Language) and not named[2:3].isalpha() else Language.ENGLISH
