"""`/v1/webhooks`, and the two workers: mail, and telling webhooks."""

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
from server.notifications.hooks import (
    change_webhook,
    create_webhook,
    delete_webhook,
    get_webhook,
    list_webhooks,
    rotate_webhook,
)
from server.notifications.replaying import list_deliveries, replay_webhook
from server.notifications.retention import forget
from server.notifications.workers import begin_mail, send_mail, tell_webhooks

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
CHORES = (forget,)
