"""`/v1/webhooks`, and the two workers: mail, and telling webhooks.

What only a server with mail or webhooks needs is imported when there are some.
"""

from contract.operations import (
    CHANGE_WEBHOOK,
    CREATE_WEBHOOK,
    DELETE_WEBHOOK,
    GET_WEBHOOK,
    LIST_DELIVERIES,
    LIST_WEBHOOKS,
    REPLAY_WEBHOOK,
    ROTATE_WEBHOOK,
)
from server.notifications.delivering import Couriers
from server.notifications.hooks import (
    change_webhook,
    create_webhook,
    delete_webhook,
    get_webhook,
    list_webhooks,
    rotate_webhook,
)
from server.notifications.reminding import remind
from server.notifications.replaying import list_deliveries, replay_webhook
from server.notifications.retention import forget
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


HANDLERS = {
    LIST_WEBHOOKS: list_webhooks,
    CREATE_WEBHOOK: create_webhook,
    GET_WEBHOOK: get_webhook,
    CHANGE_WEBHOOK: change_webhook,
    DELETE_WEBHOOK: delete_webhook,
    ROTATE_WEBHOOK: rotate_webhook,
    LIST_DELIVERIES: list_deliveries,
    REPLAY_WEBHOOK: replay_webhook,
}
ON_START = (begin_mail,)
WORKERS = (send_mail, tell_webhooks)
CHORES = (forget, remind)
