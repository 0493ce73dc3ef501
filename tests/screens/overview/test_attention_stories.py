"""What needs attention is said wherever one is, in one line; it rings if one wants it to, and never for oneself."""

from pathlib import Path

from harness import Desk, serving
from strangers import ask_to_join, office_with_strangers

from contract.people import Role
from contract.transfers import NewTransfer
from tui.runtime.settings import Attention, AttentionKind


def listening(desk: Desk, attention: Attention) -> list[int]:
    """Let the app ring here instead of on a terminal."""
    rings: list[int] = []
    desk.app.news._attention = attention
    desk.app.bell = lambda: rings.append(1)  # type: ignore[method-assign]  # a terminal that counts
    return rings


async def test_a_burst_of_requests_is_one_line_and_one_ring(tmp_path: Path) -> None:
    """Forty people ask at once: one number that grows, one bell; Esc takes it away, the count in the top row stays."""
    with office_with_strangers(tmp_path, 40) as (office, strangers):
        async with office.at_work(Role.OWNER) as desk:
            rings = listening(desk, Attention(bell=True))
            await ask_to_join(office, strangers)
            await desk.until(lambda: "40 new transfer requests." in desk.text)
            await desk.until(lambda: "Transfers 47" in desk.text or "3 47" in desk.text)
            assert 1 <= len(rings) <= 3
            await desk.press("escape")
            assert "new transfer requests" not in desk.text


async def test_news_stand_beside_what_is_marked(tmp_path: Path) -> None:
    """While I have marks they stay to be read, and the keys that act on them."""
    with office_with_strangers(tmp_path, 2) as (office, strangers):
        async with office.at_work(Role.OWNER, area="users", size=(120, 40)) as desk:
            await desk.press("space", "space")
            await ask_to_join(office, strangers)
            await desk.until(lambda: "2 marked   2 new transfer requests." in desk.text)
            assert "remove 2…" in desk.text
            assert desk.table.mark_count == 2


async def test_one_request_is_told_by_name_until_its_area_is_opened(tmp_path: Path) -> None:
    """Going where it is to be seen takes the line away; other areas keep it."""
    with office_with_strangers(tmp_path, 1) as (office, strangers):
        async with office.at_work(Role.OWNER) as desk:
            await ask_to_join(office, strangers)
            said = "stranger000@outside.example asks to join."
            await desk.until(lambda: said in desk.text)
            await desk.press("2")
            assert said in desk.text
            await desk.press("3")
            assert said not in desk.text
            await desk.press("2")
            assert said not in desk.text


async def test_a_message_that_stands_there_is_read_first(tmp_path: Path) -> None:
    """A result is not pushed away by news: they wait behind it and stand there after Esc."""
    with office_with_strangers(tmp_path, 1) as (office, strangers):
        async with office.at_work(Role.OWNER, area="users") as desk:
            await desk.press("z")
            standing = "Nothing to undo"
            assert standing in desk.text
            await ask_to_join(office, strangers)
            await desk.until(lambda: "Transfers 8" in desk.text or "3 8" in desk.text)
            assert standing in desk.text
            await desk.press("escape")
            assert standing not in desk.text
            assert "asks to join." in desk.text


async def test_what_one_does_oneself_is_no_news(tmp_path: Path) -> None:
    """My own commands neither ring nor say more than their own result; the same of a colleague is not mine."""
    with serving(tmp_path) as office:
        async with office.at_work(Role.OWNER) as desk, office.client(Role.OWNER) as me:
            rings = listening(desk, Attention(bell=True))
            await me.create_transfer(NewTransfer(email="new@outside.example"))
            await desk.until(lambda: "asked new@outside.example to join" in desk.text)
            assert rings == []
            assert desk.app.news.line == ""


async def test_only_what_is_wanted_is_said(tmp_path: Path) -> None:
    """`notify = ["payments"]` keeps quiet about requests; without `bell` nothing rings."""
    with office_with_strangers(tmp_path, 2) as (office, strangers):
        async with office.at_work(Role.OWNER) as desk:
            rings = listening(desk, Attention(notify=frozenset({AttentionKind.PAYMENTS})))
            await ask_to_join(office, strangers[:1])
            await desk.until(lambda: "Transfers 8" in desk.text)
            assert desk.app.news.line == ""
            desk.app.news._attention = Attention()
            await ask_to_join(office, strangers[1:])
            await desk.until(lambda: "asks to join." in desk.lines[-2])
            assert rings == []
