"""Whatever happens to the users, in whatever order, the invariants hold (D16)."""

import asyncio
import tempfile
from pathlib import Path
from typing import Any

from builders import findings_in, make_organisation, running
from hypothesis import given, settings
from hypothesis import strategies as st

NAMES = st.integers(0, 7)
STEPS = st.one_of(
    st.tuples(st.just("add"), NAMES),
    st.tuples(st.just("remove"), NAMES),
    st.tuples(st.just("restore"), NAMES),
    st.tuples(st.just("batch"), st.lists(NAMES, min_size=1, max_size=5), st.sampled_from(["atomic", "until_full"])),
    st.tuples(st.just("clear"), st.lists(NAMES, min_size=1, max_size=5)),
)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 4), st.sampled_from(["business", "professional", "contract"]), st.lists(STEPS, max_size=12))
def test_any_history_keeps_the_invariants(seats: int, plan: str, steps: list[tuple[Any, ...]]) -> None:
    """After every step of a random history nothing is to be found by verify."""
    with tempfile.TemporaryDirectory() as folder, asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        runner.run(live_through(Path(folder), seats, plan, steps))


async def live_through(folder: Path, seats: int, plan: str, steps: list[tuple[Any, ...]]) -> None:
    """Take the steps one by one."""
    ids: dict[int, str] = {}
    async with running(folder) as server, make_organisation(server, plan=plan, seats=seats).client() as api:
        for kind, what, *more in steps:
            if kind == "add":
                answer = await api.post("/v1/users", json=person(what))
                ids[what] = answer.json().get("id", ids.get(what, "usr_none"))
            elif kind == "remove":
                answer = await api.delete(f"/v1/users/{ids.get(what, 'usr_none')}")
            elif kind == "restore":
                answer = await api.post(f"/v1/users/{ids.get(what, 'usr_none')}/restore")
            elif kind == "batch":
                answer = await api.post(
                    "/v1/users/batch", json={"add": [person(each) for each in what], "mode": more[0]}
                )
            else:
                remove = [ids.get(each, "usr_none") for each in what]
                answer = await api.post("/v1/users/batch", json={"remove": remove})
            assert answer.status_code < 500
            assert findings_in(server) == []


def person(number: int) -> dict[str, str]:
    """The body for one of a few people."""
    return {"email": f"p{number}@b.example", "first_name": f"P{number}"}
