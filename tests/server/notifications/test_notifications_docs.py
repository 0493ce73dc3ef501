"""What docs/notifications.md says is so."""

import re
from pathlib import Path
from typing import Any

import pytest
from builders import make_organisation
from notifications_desk import office, receiver, subscribed, until

from server.__main__ import main
from server.notifications.schedule import DELIVERIES, LETTERS

TEXT = (Path(__file__).parents[3] / "docs" / "notifications.md").read_text()


async def test_the_code_of_the_page_verifies(tmp_path: Path) -> None:
    """The lines for the receiver accept what the server sends."""
    (code,) = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    names: dict[str, Any] = {}
    exec(code, names)  # noqa: S102 - the code of our own page
    import datetime as dt

    async with office(tmp_path, now=dt.datetime.now(dt.UTC)) as house, receiver() as there:
        async with make_organisation(house.server).client() as api:
            made = await subscribed(api, there.url)
            await until(lambda: len(there.told) == 1)
        (told,) = there.told
        assert names["verified"](made["secret"], told.body, told.headers) == told.json


def test_the_pauses_are_those_of_the_page() -> None:
    """The schedules stand there as they are."""
    hours = [pause.total_seconds() / 3600 for pause in DELIVERIES[3:]]
    assert hours == [2, 5, 10, 14, 20, 24]
    assert "5 seconds, 5 and 30 minutes, 2, 5, 10, 14, 20 and 24 hours" in TEXT.replace("\n", " ")
    assert [pause.total_seconds() / 60 for pause in LETTERS[:5]] == [1, 5, 15, 30, 60]
    assert [pause.total_seconds() / 3600 for pause in LETTERS[5:]] == [2, 4, 8, 12, 24]
    assert "after 1, 5, 15, 30 and 60 minutes, then 2, 4, 8, 12 and 24 hours" in TEXT.replace("\n", " ")


def test_every_option_is_on_the_page(capsys: pytest.CaptureFixture[str]) -> None:
    """No option about mail or webhooks is known only to `--help`."""
    with pytest.raises(SystemExit):
        main(["run", "--help"])
    options = set(re.findall(r"--(?:mail|webhook|public)-[a-z-]+", capsys.readouterr().out))
    assert len(options) == 9
    assert {option for option in options if f"{option}" not in TEXT} == set()
