"""Calls about selections of users."""

from contract.operation import LIST_BODY, Key, Operation
from contract.people import Permission
from contract.problems import ProblemCode as Code
from contract.selections import NewSelection, RemoveSelection, Selection

SELECT_USERS = Operation(
    "select_users",
    "POST",
    "/v1/users/selections",
    "Count everybody a filter finds but some, and keep who it is for an hour",
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
    "What was counted, and how far its removal is",
    Selection,
    Permission.READ,
    problems=(Code.NOT_FOUND,),
)
REMOVE_SELECTION = Operation(
    "remove_selection",
    "POST",
    "/v1/users/selections/{id}/remove",
    "Remove exactly who was counted and is still the same: frees the seats, refunds nothing",
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
    "Undo its removal within the period, as far as paid seats are free",
    Selection,
    Permission.MANAGE_USERS,
    key=Key.OPTIONAL,
    problems=(Code.NOT_FOUND, Code.NOT_RESTORABLE, Code.SPENDING_LIMIT_REACHED),
)
