"""What the areas share while the server runs."""

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from server.catalogue import Catalogue
from server.http.idempotency import Unwritten
from server.payments.gateway import Gateway
from server.platform.clock import Clock
from server.platform.concurrency_limits import AtOnce, Turnstile
from server.platform.heartbeat import Heartbeat
from server.platform.last_uses import LastUses
from server.platform.scratch_files import folder_of
from server.platform.signals import Notices
from server.platform.tasks import Tasks
from server.platform.ttl_cache import Remembered
from server.settings import ServerSettings
from server.store.database import Database
from server.store.token_holders import Holders

if TYPE_CHECKING:
    from server.oidc.provider import Provider


@dataclass(frozen=True, kw_only=True)
class Services:
    """One of each. `gateway` is what collects money."""

    settings: ServerSettings
    database: Database
    clock: Clock
    catalogue: Catalogue
    gateway: Gateway
    notices: Notices = field(default_factory=Notices)
    totals: Remembered = field(default_factory=Remembered)
    """Totals of filtered lists, by the filter and the organisation's newest event."""
    tasks: Tasks = field(default_factory=Tasks)
    unwritten: Unwritten = field(default_factory=Unwritten)
    """How commands ended whose end could not be written."""

    @cached_property
    def holders(self) -> Holders:
        """Who is behind which token."""
        return Holders(self.database)

    @cached_property
    def last_uses(self) -> LastUses:
        """When tokens were used, as far as that is not written yet."""
        return LastUses(self.database)

    @cached_property
    def heartbeat(self) -> Heartbeat:
        """Whether anything can be saved."""
        return Heartbeat(self.database)

    @cached_property
    def streams(self) -> Turnstile:
        """Who follows the events; half of the connections stay for everything else."""
        everybody = max(1, self.settings.max_connections // 2)
        return Turnstile(AtOnce(what="event streams", account=20, organisation=200, everybody=everybody))

    @cached_property
    def uploads(self) -> Turnstile:
        """Who is sending a file, each of which is an open file here (`server.serving.connection_cap.KEPT_BACK`)."""
        return Turnstile(AtOnce(what="uploads", account=4, organisation=16, everybody=32))

    @cached_property
    def providers(self) -> "dict[str, Provider]":
        """Who else people sign in with, by the names in the settings; loaded when somebody does."""
        from server.oidc.provider import Provider

        return {each.name: Provider(each, sandbox=self.settings.sandbox) for each in self.settings.issuers}

    @cached_property
    def files(self) -> Path:
        """The private folder for files that are needed for a while."""
        return folder_of(self.settings)
