"""Calls about the users of the subscription."""

from contract.calls.imports import SHEETS
from contract.exports import ExportQuery, TemplateQuery
from contract.joining import JoiningPreview, JoiningQuery
from contract.operation import BATCH_BODY, Key, Operation
from contract.pages import Page
from contract.people import Permission
from contract.problems import ProblemCode as Code
from contract.users import Added, NewUser, User, UserBatch, UserBatchReport, UserChanges, UsersQuery

_NEW_USER = (
    Code.UNSAFE_TEXT,
    Code.INVALID_EMAIL,
    Code.ALREADY_USER,
    Code.NEEDS_TRANSFER,
    Code.MAIN_ACCOUNT_DECIDES,
    Code.SPENDING_LIMIT_REACHED,
    Code.PLAN_HAS_NO_SUB_ACCOUNTS,
    Code.USER_LIMIT_REACHED,
    Code.SUBSCRIPTION_NOT_ACTIVE,
)

LIST_USERS = Operation(
    "list_users",
    "GET",
    "/v1/users",
    "Users, filtered and sorted",
    Page[User],
    Permission.READ,
    query=UsersQuery,
)
ADD_USER = Operation(
    "add_user",
    "POST",
    "/v1/users",
    "Add a user by hand",
    Added,
    Permission.MANAGE_USERS,
    body=NewUser,
    status=201,
    key=Key.OPTIONAL,
    problems=_NEW_USER,
)
GET_USER = Operation("get_user", "GET", "/v1/users/{id}", "One user", User, Permission.READ, problems=(Code.NOT_FOUND,))
CHANGE_USER = Operation(
    "change_user",
    "PATCH",
    "/v1/users/{id}",
    "Edit name or position",
    User,
    Permission.MANAGE_USERS,
    body=UserChanges,
    key=Key.OPTIONAL,
    if_match=True,
    problems=(Code.NOT_FOUND, Code.UNSAFE_TEXT, Code.USER_REMOVED, Code.OWN_SIGN_IN_NEEDED),
)
REMOVE_USER = Operation(
    "remove_user",
    "DELETE",
    "/v1/users/{id}",
    "Remove a user: frees the seat, refunds nothing",
    User,
    Permission.MANAGE_USERS,
    key=Key.OPTIONAL,
    if_match=True,
    problems=(Code.NOT_FOUND, Code.USER_REMOVED),
)
RESTORE_USER = Operation(
    "restore_user",
    "POST",
    "/v1/users/{id}/restore",
    "Undo a removal within the period, while a paid seat is free",
    Added,
    Permission.MANAGE_USERS,
    key=Key.OPTIONAL,
    problems=(
        Code.NOT_FOUND,
        Code.NOT_RESTORABLE,
        Code.NO_SEAT_AVAILABLE,
        Code.MAIN_ACCOUNT_DECIDES,
        Code.SPENDING_LIMIT_REACHED,
    ),
)
BATCH_USERS = Operation(
    "batch_users",
    "POST",
    "/v1/users/batch",
    "Add or remove many, one result each",
    UserBatchReport,
    Permission.MANAGE_USERS,
    body=UserBatch,
    key=Key.OPTIONAL,
    problems=(
        Code.PLAN_HAS_NO_SUB_ACCOUNTS,
        Code.SUBSCRIPTION_NOT_ACTIVE,
        Code.SPENDING_LIMIT_REACHED,
        Code.NEEDS_TRANSFER,
        Code.NOT_DONE,
    ),
    most_bytes=BATCH_BODY,
)
PREVIEW_JOINING = Operation(
    "preview_joining",
    "GET",
    "/v1/users/joining",
    "What it comes to when so many people join now",
    JoiningPreview,
    Permission.READ,
    query=JoiningQuery,
)
USERS_TEMPLATE = Operation(
    "users_template",
    "GET",
    "/v1/users/template",
    "The empty file to fill in for an import",
    User,
    Permission.READ,
    query=TemplateQuery,
    download=SHEETS,
)
EXPORT_USERS = Operation(
    "export_users",
    "GET",
    "/v1/users/export",
    "All users that match the filters as a file, in the order they were added",
    User,
    Permission.READ,
    query=ExportQuery,
    download=SHEETS,
)
