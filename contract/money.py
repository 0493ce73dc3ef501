"""Money: an integer in the currency's minor unit, never a float."""

from contract.base import Answer

MINOR_UNITS = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG"), 0),
    **dict.fromkeys(("RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}
"""Decimals of the currencies that do not have two (ISO 4217, list one)."""


def minor_units(currency: str) -> int:
    """How many decimals a currency has."""
    return MINOR_UNITS.get(currency, 2)


class Money(Answer):
    """An amount in minor units (cents for EUR, yen for JPY, fils for KWD) and its ISO 4217 code."""

    amount: int
    currency: str

    @property
    def figure(self) -> str:
        """The amount with its decimals and thousands separators, without the currency."""
        decimals = minor_units(self.currency)
        whole, part = divmod(abs(self.amount), 10**decimals)
        sign = "-" if self.amount < 0 else ""
        return f"{sign}{whole:,}" + (f".{part:0{decimals}d}" if decimals else "")

    def __str__(self) -> str:
        """As people read it: `EUR 1,920.00`."""
        return f"{self.currency} {self.figure}"
