"""`/v1/users`."""

from contract.operations import (
    ADD_USER,
    BATCH_USERS,
    CHANGE_USER,
    EXPORT_USERS,
    GET_SELECTION,
    GET_USER,
    LIST_USERS,
    PREVIEW_JOINING,
    REMOVE_SELECTION,
    REMOVE_USER,
    RESTORE_SELECTION,
    RESTORE_USER,
    SELECT_USERS,
    USERS_TEMPLATE,
)
from contract.users import User
from server.http.call import Call
from server.users.adding import add_user
from server.users.batch import batch_users
from server.users.bulk_removal import remove_selection, restore_selection, resume
from server.users.editing import change_user
from server.users.files import export_users, users_template
from server.users.joining import preview_joining
from server.users.listing import list_users
from server.users.removing import find, remove_user, take_back_removal
from server.users.selections import forget, select_users, show_selection
from server.users.serializers import answer


def show_user(call: Call) -> User:
    """One user, listed or removed."""
    return answer(call, find(call))


HANDLERS = {
    LIST_USERS: list_users,
    ADD_USER: add_user,
    GET_USER: show_user,
    CHANGE_USER: change_user,
    REMOVE_USER: remove_user,
    RESTORE_USER: take_back_removal,
    BATCH_USERS: batch_users,
    PREVIEW_JOINING: preview_joining,
    USERS_TEMPLATE: users_template,
    EXPORT_USERS: export_users,
    SELECT_USERS: select_users,
    GET_SELECTION: show_selection,
    REMOVE_SELECTION: remove_selection,
    RESTORE_SELECTION: restore_selection,
}
ON_START = (resume,)
CHORES = (forget,)
