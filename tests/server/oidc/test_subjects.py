"""Whose account a provider's person is: the address the first time, the person from then on."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from builders import NOW, RunningServer, findings_in, make_organisation, running
from sqlalchemy import select

from contract.people import Role
from server.oidc.errors import NotYoursError, Why
from server.oidc.id_token import Claims
from server.oidc.signing_in import SignedIn, sign_in
from server.settings import Issuer, Trusted
from server.store import organisations, single_sign_on
from server.store import tokens as stored_tokens
from server.store.tables import accounts, events, sign_on_subjects, tokens
from server.store.types import AnyRow

ISSUER = Issuer(name="one", title="One", url="https://id.one.example", client_id="headcount", domains=("one.example",))
ADA = Claims(subject="1", email="ada@one.example", email_verified=True, first_name="Ada", last_name="Lovelace")


def signing_in(server: RunningServer, claims: Claims = ADA, issuer: Issuer = ISSUER) -> SignedIn:
    """They come back from the provider, proven to be this."""
    with server.services.database.write() as connection:
        return sign_in(connection, issuer, claims, NOW)


def refused(server: RunningServer, claims: Claims, issuer: Issuer = ISSUER) -> Why:
    """Why they are not signed in; nothing is written."""
    before = written(server)
    with pytest.raises(NotYoursError) as caught:
        signing_in(server, claims, issuer)
    assert written(server) == before
    return caught.value.why


def written(server: RunningServer) -> list[object]:
    """Every row that signing in may write."""
    tables = (accounts, sign_on_subjects, tokens, events)
    with server.services.database.read() as connection:
        return [list(connection.execute(select(table).order_by(*table.primary_key))) for table in tables]


def account(server: RunningServer, account_id: str) -> AnyRow:
    """An account as it is now."""
    with server.services.database.read() as connection:
        found = organisations.account(connection, account_id)
    assert found is not None
    return found


def but(**other: Any) -> Claims:
    """Ada, but for this."""
    return replace(ADA, **other)


async def test_the_first_time_makes_the_account_and_the_second_finds_it(tmp_path: Path) -> None:
    """With the names the provider gave; it is the person's own from the start."""
    async with running(tmp_path) as server:
        first = signing_in(server)
        assert first.new
        made = account(server, first.account_id)
        assert (made.email, made.first_name, made.last_name) == ("ada@one.example", "Ada", "Lovelace")
        assert made.signed_in_at == NOW
        assert signing_in(server, but(first_name="Countess")) == SignedIn(first.account_id, new=False)
        assert account(server, first.account_id).first_name == "Ada"
        assert not findings_in(server)


async def test_an_account_that_an_organisation_made_becomes_the_persons(tmp_path: Path) -> None:
    """However the address is written; tokens that others made for it end (D18, and nobody acts as somebody else)."""
    async with running(tmp_path) as server:
        team = make_organisation(server)
        made = team.member(Role.MEMBER, email="ada@one.example")
        async with team.client() as api:
            body = {"email": "ada@one.example", "label": "for her"}
            assert (await api.post("/v1/tokens", json=body, headers={"Idempotency-Key": "k" * 20})).status_code == 201
        found = signing_in(server, but(email="ADA@One.example"))
        assert found == SignedIn(made, new=False)
        with server.services.database.read() as connection:
            assert stored_tokens.handed_out(connection, made) == []


NOT_THEIRS = [
    (but(email_verified=False), Why.NOT_VERIFIED),
    (but(email=""), Why.NO_ADDRESS),
    (but(email="no address"), Why.NO_ADDRESS),
    (but(email="Ada <ada@one.example>"), Why.NO_ADDRESS),
    (but(email="\u200bada@one.example"), Why.NO_ADDRESS),
    (but(email=" ada@one.example"), Why.NO_ADDRESS),
    (but(email="ada\ud800@one.example"), Why.NO_ADDRESS),
    (but(email="ada@other.example"), Why.OTHER_DOMAIN),
    (but(email="ada@sub.one.example"), Why.OTHER_DOMAIN),
    (but(email="ada@one.example.evil.example"), Why.OTHER_DOMAIN),
    (but(email="ada@ｏne.example.x"), Why.OTHER_DOMAIN),
]


@pytest.mark.parametrize(("claims", "why"), NOT_THEIRS, ids=[str(n) for n in range(len(NOT_THEIRS))])
async def test_an_address_that_is_not_the_providers_to_give(tmp_path: Path, claims: Claims, why: Why) -> None:
    """Not verified, of another domain, or no address exactly as it stands: nobody is signed in, and nothing made."""
    async with running(tmp_path) as server:
        make_organisation(server, owner="ada@other.example")
        assert refused(server, claims) is why


async def test_a_provider_that_is_trusted_with_its_domains(tmp_path: Path) -> None:
    """It need not say that it verified an address; only of its own domains is it believed."""
    trusted = ISSUER.model_copy(update={"addresses": Trusted.DOMAINS})
    async with running(tmp_path) as server:
        assert refused(server, but(email="ada@other.example"), trusted) is Why.OTHER_DOMAIN
        assert signing_in(server, but(email_verified=False), trusted).new


async def test_an_address_that_somebody_else_has_by_now(tmp_path: Path) -> None:
    """The person decides: who got Ada's address after her is told so and gets nothing of hers."""
    async with running(tmp_path) as server:
        ada = signing_in(server)
        assert refused(server, but(subject="2", first_name="Adam")) is Why.OTHER_PERSON
        assert signing_in(server).account_id == ada.account_id


async def test_a_person_whose_address_changed(tmp_path: Path) -> None:
    """They find their account; the new address is noted, and takes nothing over, whoever has it."""
    async with running(tmp_path) as server:
        ada = signing_in(server)
        bob = signing_in(server, but(subject="2", email="bob@one.example"))
        again = signing_in(server, but(email="bob@one.example"))
        assert again == SignedIn(ada.account_id, new=False, other_email="bob@one.example")
        assert account(server, ada.account_id).email == "ada@one.example"
        assert signing_in(server, but(subject="2", email="bob@one.example")).account_id == bob.account_id
        with server.services.database.read() as connection:
            row = single_sign_on.subject(connection, ISSUER.url, "1")
        assert row is not None
        assert row.other_email == "bob@one.example"
        assert signing_in(server) == SignedIn(ada.account_id, new=False)


async def test_the_same_name_at_another_provider_is_somebody_else(tmp_path: Path) -> None:
    """What a provider calls its people means nothing at another."""
    other = Issuer(
        name="two", title="Two", url="https://id.two.example", client_id="headcount", domains=("two.example",)
    )
    async with running(tmp_path) as server:
        ada = signing_in(server)
        eve = signing_in(server, but(email="eve@two.example"), other)
        assert ada.account_id != eve.account_id
        assert refused(server, but(subject="3"), other) is Why.OTHER_DOMAIN


async def test_a_domain_that_is_taken_from_a_provider(tmp_path: Path) -> None:
    """Its people don't come in by it any more, also those it has signed in before; the next provider may."""
    fewer = ISSUER.model_copy(update={"domains": ("elsewhere.example",)})
    moved = ISSUER.model_copy(update={"url": "https://new.one.example"})
    async with running(tmp_path) as server:
        ada = signing_in(server)
        assert refused(server, ADA, fewer) is Why.OTHER_DOMAIN
        assert signing_in(server, but(subject="z-7"), moved).account_id == ada.account_id


async def test_a_name_that_can_not_be_kept_is_left_out(tmp_path: Path) -> None:
    """Control characters or no end: the account is made all the same."""
    async with running(tmp_path) as server:
        made = signing_in(server, but(first_name="\x1b[2JAda", last_name="x" * 500))
        found = account(server, made.account_id)
        assert (found.first_name, found.last_name) == ("", "")
