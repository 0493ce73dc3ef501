"""What becomes of imports by themselves: begun plans are begun anew after a restart, old imports are forgotten."""

from collections.abc import Iterator

from contract.imports import ImportStatus
from server.imports.planning import path_of, start_planning
from server.platform.scratch_files import existing_folder
from server.platform.services import Services
from server.store import imports

ROWS_AT_ONCE = 5000


async def resume(services: Services) -> None:
    """At start: what was being applied stands still, what was being planned is planned again, other files go."""
    async with services.database.writing() as connection:
        imports.interrupt(connection)
        begun = imports.under_way(connection, ImportStatus.PLANNING)
    _sweep(services)
    for row in begun:
        start_planning(services, row)


def forget(services: Services) -> Iterator[int]:
    """The chore: delete imports whose seven days are over, with their files; users stay."""
    now = services.clock.now()
    with services.database.read() as connection:
        found = imports.over(connection, now)
    for row in found:
        path_of(services, row.id).unlink(missing_ok=True)
        while True:
            with services.database.write() as connection:
                dropped = imports.drop_rows(connection, row.number, ROWS_AT_ONCE)
                if not dropped:
                    imports.forget(connection, row.number)
            yield 1
            if not dropped:
                break


def _sweep(services: Services) -> None:
    """Delete the files that belong to no import: uploads that broke off with the server."""
    folder = existing_folder(services.settings)
    names = [path.name for path in folder.iterdir() if path.is_file()] if folder else []
    with services.database.read() as connection:
        kept = imports.known(connection, names)
    for name in names:
        if name not in kept:
            (services.files / name).unlink(missing_ok=True)
