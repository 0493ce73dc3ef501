"""Pages and letters in the reader's language: the browser's, until somebody chooses one."""

import pytest
from account_desk import offered
from builders import Team, make_organisation
from code_desk import new_code
from mail_desk import Office as Post
from mail_desk import sent
from notifications_desk import Office, until
from plain_visitor import PlainVisitor

from contract.people import Role

BOB = "bob@old.example"
OLGA = "olga@team.example"


@pytest.fixture(name="team")
def founded_team(house: Office) -> Team:
    """One organisation with ten seats."""
    return make_organisation(house.server, owner=OLGA)


def _subjects(post: Post, to: str) -> list[str]:
    return [letter.subject for letter in post.letters if letter.receiver == to]


async def test_the_browsers_language_then_ones_own(house: Office, team: Team, post: Post) -> None:
    """The sign-in link comes in the browser's language; what is chosen counts for pages and letters from then on."""
    bob = PlainVisitor(house.server.app, headers={"Accept-Language": "fr-CA,fr;q=0.9"})
    assert "Se connecter" in await bob.open("/sign-in")
    assert "Ihr Konto" not in await bob.sign_in(post, BOB)
    await until(lambda: len(_subjects(post, BOB)) == 2)
    assert _subjects(post, BOB) == ["Votre lien de connexion", "Bienvenue dans Headcount"]
    await bob.open("/names")
    assert "Nachname" not in bob.at.text
    await bob.send("/names", language="de", first_name="Bob")
    assert bob.at.answer.headers["content-language"] == "de", (bob.at.path, bob.at.status, bob.at.text)
    assert '<html lang="de"' in bob.at.answer.text
    async with team.client() as owner:
        await offered(owner, BOB, "Come")
        await until(lambda: len(_subjects(post, BOB)) == 3)
    assert _subjects(post, BOB)[-1] == "Example Ltd bittet Sie, dem Abonnement beizutreten"
    await bob.open("/names")
    await bob.send("/names", language="")
    assert bob.at.answer.headers["content-language"] == "fr"


async def test_who_has_no_language_reads_the_owners(house: Office, team: Team, post: Post) -> None:
    """A letter to somebody who has said nothing comes in the language of the organisation's owner."""
    async with team.client() as owner:
        assert (await owner.patch("/v1/profile", json={"language": "es"})).json()["language"] == "es"
        await offered(owner, BOB, "Ven")
        await sent(house, post, 1)
        assert (await owner.patch("/v1/profile", json={"language": "klingon"})).status_code == 422
    assert post.letters[0].subject == "Example Ltd le pide que se una a su suscripción"
    assert post.letters[0].message["Content-Language"] == "es"


async def test_the_owner_hears_who_used_a_code(house: Office, team: Team, post: Post) -> None:
    """By mail, with what is left, as long as they wish it; an admin only after asking for it, a viewer never."""
    admin = team.token_of(Role.ADMIN, email="ada@team.example")
    viewer = team.token_of(Role.VIEWER, email="vic@team.example")
    async with team.client() as owner:
        code = await new_code(owner, max_uses=3)
        assert (await owner.get("/v1/profile")).json()["notify_code_uses"] is True
        bob = PlainVisitor(house.server.app)
        await bob.sign_in(post, BOB, next_path="/join")
        assert "You joined with the code." in await bob.send("/join", code=code["code"])
        await sent(house, post, 4)
        assert _subjects(post, BOB)[1:] == ["Welcome to Headcount", "You are a user of Example Ltd now"]
        (letter,) = [each for each in post.letters if each.receiver == OLGA]
        assert letter.subject == f"{BOB} used an invitation code"
        assert code["code"] in letter.text
        assert "It can be used 2 times more." in letter.text
        assert (await owner.patch("/v1/profile", json={"notify_code_uses": False})).json()["notify_code_uses"] is False
    async with house.server.client(admin) as api:
        assert (await api.get("/v1/profile")).json()["notify_code_uses"] is False
        assert (await api.patch("/v1/profile", json={"notify_code_uses": True})).json()["notify_code_uses"] is True
    async with house.server.client(viewer) as api:
        assert (await api.get("/v1/profile")).json()["notify_code_uses"] is None
        assert (await api.patch("/v1/profile", json={"notify_code_uses": True})).status_code == 422
    eve = PlainVisitor(house.server.app)
    await eve.sign_in(post, "eve@old.example", next_path="/join")
    await eve.send("/join", code=code["code"])
    await sent(house, post, 8)
    assert sorted(letter.receiver for letter in post.letters[4:]) == ["ada@team.example", *["eve@old.example"] * 3]
    (letter,) = [each for each in post.letters if each.receiver == "ada@team.example"]
    assert "It can be used once more." in letter.text


async def test_a_link_to_join_is_with_the_code(team: Team) -> None:
    """Whoever is shown the code is shown the page on which it is used; a viewer is shown neither."""
    async with team.client() as owner:
        code = await new_code(owner, code="Team Lyon 27")
        assert code["join_url"] == "https://seats.example.org/join?code=Team%20Lyon%2027"
    async with team.server.client(team.token_of(Role.VIEWER, email="vic@team.example")) as api:
        assert (await api.get(f"/v1/invitation-codes/{code['id']}")).json()["join_url"] == ""
