"""The workers. What only a server with mail or webhooks needs is imported when there are some."""

from server.notifications.delivering import Couriers
from server.platform.services import Services
from server.store import outbound_mail


async def begin_mail(services: Services) -> None:
    """At start: letters are written from now on, if there is somebody to hand them in to."""
    if services.settings.mail is not None:
        async with services.database.writing() as connection:
            outbound_mail.switch_on(connection)


async def send_mail(services: Services) -> None:
    """Hand in letters, if there is somebody to hand them in to."""
    if services.settings.mail is not None:
        from server.notifications.mailing import send

        await send(services, services.settings.mail)


async def tell_webhooks(services: Services) -> None:
    """Tell every webhook that is switched on."""
    await Couriers(services).work()
