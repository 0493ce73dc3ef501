"""The encodings in which files of people come: a codec for each, the name people say, and what else they call it."""

import codecs

__all__ = ["ENCODINGS", "codec_named", "said"]

ENCODINGS: dict[str, str] = {
    "utf-8": "UTF-8",
    "cp1252": "Windows-1252",
    "mac_roman": "Mac Roman",
    "cp1250": "Windows-1250",
    "cp932": "Shift-JIS",
    "gb18030": "GB18030",
    "cp1251": "Windows-1251",
    "cp949": "EUC-KR",
    "big5": "Big5",
    "iso8859-2": "ISO-8859-2",
    "cp1254": "Windows-1254",
    "cp1253": "Windows-1253",
    "koi8-u": "KOI8-U",
    "cp850": "CP850",
    "cp437": "CP437",
    "cp852": "CP852",
    "cp866": "CP866",
    "mac_latin2": "Mac Central Europe",
    "mac_cyrillic": "Mac Cyrillic",
    "euc_jp": "EUC-JP",
    "iso8859-15": "ISO-8859-15",
    "iso8859-7": "ISO-8859-7",
    "iso8859-5": "ISO-8859-5",
    "mac_greek": "Mac Greek",
    "cp1257": "Windows-1257",
    "cp1255": "Windows-1255",
    "cp1256": "Windows-1256",
    "cp874": "Windows-874",
    "utf-16-le": "UTF-16LE",
    "utf-16-be": "UTF-16BE",
    "utf-32-le": "UTF-32LE",
    "utf-32-be": "UTF-32BE",
}
"""Python's codec for each encoding that can be asked for, and its name; of two that both fit, the first is likelier."""

_INSTEAD = {
    "ascii": "utf-8",
    "utf-8-sig": "utf-8",
    "utf-16": "utf-16-le",
    "utf-32": "utf-32-le",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "shift_jis": "cp932",
    "shift_jis_2004": "cp932",
    "shift_jisx0213": "cp932",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
    "big5hkscs": "big5",
    "tis-620": "cp874",
    "koi8-r": "koi8-u",
    "mac-centeuro": "mac_latin2",
}
"""What reads the same and more."""


def codec_named(name: str) -> str | None:
    """The codec of an encoding by any of its names (`Mac Roman`, `windows-1250`, `sjis`); None for none of ours."""
    plain = _plain(name)
    if plain in _BY_NAME:
        return _BY_NAME[plain]
    try:
        found = codecs.lookup(name.strip().replace(" ", "-")).name
    except (LookupError, ValueError):
        return None
    found = _INSTEAD.get(found, found)
    return _BY_NAME.get(_plain(found))


def said(codec: str) -> str:
    """The name people say, also of what a file says itself: `utf-8-sig` is UTF-8."""
    return ENCODINGS.get(codec, codec.removesuffix("-sig").upper())


def _plain(name: str) -> str:
    return "".join(filter(str.isalnum, name.casefold()))


_BY_NAME = {_plain(each): codec for codec, label in ENCODINGS.items() for each in (codec, label)}
_BY_NAME |= {"windows31j": "cp932", "xsjis": "cp932", "windows949": "cp949", "uhc": "cp949"}
