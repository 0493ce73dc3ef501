"""Calls about selections of users."""

from contract.operation import LIST_BODY, Key, Operation
from contract.people import Permission
from contract.problems import ProblemCode as Code
from contract.selections import NewSelection, RemoveSelection, Selection

SELECT_USERS = Operation(
    "select_users",
    "POST",
    "/v1/users/selections",
    "Count the users that match a filter, with exceptions, and keep the selection for an hour",
    Selection,
    Permission.MANAGE_USERS,
    body=NewSelection,
    status=201,
    key=Key.OPTIONAL,
    problems=(Code.NOT_FOUND,),
    most_bytes=LIST_BODY,
)
GET_SELECTION = Operation(
    "get_selection",
    "GET",
    "/v1/users/selections/{id}",
    "A selection, and the progress of its removal",
    Selection,
    Permission.READ,
    problems=(Code.NOT_FOUND,),
)
REMOVE_SELECTION = Operation(
    "remove_selection",
    "POST",
    "/v1/users/selections/{id}/remove",
    "Remove exactly the users who were counted and have not changed: frees the seats, refunds nothing",
    Selection,
    Permission.MANAGE_USERS,
    body=RemoveSelection,
    key=Key.OPTIONAL,
    problems=(Code.NOT_FOUND, Code.SELECTION_EXPIRED),
)
RESTORE_SELECTION = Operation(
    "restore_selection",
    "POST",
    "/v1/users/selections/{id}/restore",
    "Undo its removal within the period, as far as there are free paid seats",
    Selection,
    Permission.MANAGE_USERS,
    key=Key.OPTIONAL,
    problems=(Code.NOT_FOUND, Code.NOT_RESTORABLE, Code.SPENDING_LIMIT_REACHED),
)
