"""Asking each provider what a sign-in asks first, before anybody depends on it."""

from collections.abc import Sequence
from typing import NamedTuple

from server.oidc.errors import SignOnError
from server.oidc.flow import comes_back
from server.oidc.provider import Provider
from server.settings import Issuer, Trusted


class Checked(NamedTuple):
    """What came of one provider."""

    good: bool
    line: str


async def check(issuers: Sequence[Issuer], public_url: str, *, sandbox: bool) -> list[Checked]:
    """One line or two for each: what it answers and where people come back to, or what is wrong."""
    return [await _check(each, public_url, sandbox=sandbox) for each in issuers]


async def _check(issuer: Issuer, public_url: str, *, sandbox: bool) -> Checked:
    provider = Provider(issuer, sandbox=sandbox)
    try:
        found = await provider.metadata()
        keys = await provider.keys()
    except SignOnError as error:
        return Checked(good=False, line=f"[{issuer.name}] {issuer.url}: {error}")
    believed = "verified addresses" if issuer.addresses is Trusted.VERIFIED else "every address"
    needed = "the only way in" if issuer.required else "beside the mailed link"
    lines = (
        f"[{issuer.name}] {issuer.url}: {len(keys)} {'key' if len(keys) == 1 else 'keys'}",
        f"  people go to {found.authorization_endpoint}",
        f"  and come back to {comes_back(public_url, issuer.name)} (register this address at the provider)",
        f"  believed: {believed} in {', '.join(issuer.domains)}; {needed}",
    )
    return Checked(good=True, line="\n".join(lines))
