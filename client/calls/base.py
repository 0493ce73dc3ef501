"""One connection to a server, and how a call goes over it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from client.call_executor import CallExecutor, Pace
from client.errors import BadAnswer, CannotConnect, NotSaved
from client.journal import Journal
from client.protocol import Channel, Upload, build, new_key
from client.saved_files import check_place, new_file_beside
from contract.base import Answer, Body, Query
from contract.operation import Operation
from contract.pages import Page, PageQuery

A = TypeVar("A", bound=Answer)
T = TypeVar("T")
Q = TypeVar("Q", bound=PageQuery)


class BaseClient:
    """What every call needs: a connection, an idempotency key, and retries.

    `connect` may block (it reads the token and loads the HTTP library), so it runs in a thread. `web_address` is where
    a browser finds the same server; empty where nobody else may reach it so (a socket, this machine).
    """

    def __init__(
        self,
        connect: Callable[[], Channel],
        *,
        journal: Journal | None = None,
        pace: Pace | None = None,
        web_address: str = "",
    ) -> None:
        self._connect = connect
        self.web_address = web_address
        self._connecting = asyncio.Lock()
        self._channel: Channel | None = None
        self._closed = False
        self._executor = CallExecutor(pace or Pace(), journal)
        self.journal = journal

    async def all_pages(self, method: Callable[[Q], Awaitable[Page[T]]], query: Q) -> AsyncIterator[Page[T]]:
        """Page after page of a list, as in `all_pages(client.users, UsersQuery(limit=500))`."""
        while True:
            page = await method(query)
            yield page
            if not page.has_more:
                return
            if not page.next_cursor or page.next_cursor == query.cursor:
                message = "The server says that the list is longer, but not where to read the rest."
                raise BadAnswer(message)
            query = query.model_copy(update={"cursor": page.next_cursor, "offset": None})

    async def aclose(self) -> None:
        """Close the connections; later calls are `CannotConnect`. Calling it twice does no harm."""
        async with self._connecting:
            channel, self._channel = self._channel, None
            self._closed = True
            await self._executor.settle_all()
        if channel:
            await channel.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()

    async def _reach(self) -> Channel:
        async with self._connecting:
            if self._closed:
                message = "The connections are closed already."
                raise CannotConnect(message)
            if self._channel is None:
                self._channel = await asyncio.to_thread(self._connect)
            return self._channel

    async def _ask(
        self,
        operation: Operation,
        answer: type[A],
        *,
        id: str | None = None,  # noqa: A002 - the contract's name for it
        query: Query | None = None,
        body: Body | None = None,
        version: int | None = None,
        key: str | None = None,
        upload: Upload | None = None,
        items: int = 0,
    ) -> A:
        if operation.method != "GET":
            key = key or new_key()
        call = build(operation, id=id, query=query, body=body, version=version, key=key, upload=upload, items=items)
        return await self._executor.answer(await self._reach(), call, answer)

    async def _download(
        self,
        operation: Operation,
        into: Path,
        *,
        id: str | None = None,  # noqa: A002 - the contract's name for it
        query: Query | None = None,
        replace: bool = True,
    ) -> int:
        """Save the file an operation answers, readable by its owner alone; answers its size in bytes.

        What stood there before is replaced only when all of it has come, or not at all: then it is `AlreadyThere`.
        """
        await asyncio.to_thread(check_place, into, replace=replace)
        channel = await self._reach()
        part = await asyncio.to_thread(new_file_beside, into)
        size = 0
        try:
            with part.open("wb") as file:
                async with channel.stream(build(operation, id=id, query=query)) as pieces:
                    async for piece in pieces:
                        size += file.write(piece)
            await asyncio.to_thread(check_place, into, replace=replace)
            await asyncio.to_thread(part.replace, into)
        except OSError as error:
            message = f"The file can't be written: {error.strerror}."
            raise NotSaved(message) from error
        finally:
            part.unlink(missing_ok=True)
        return size
