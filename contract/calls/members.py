"""Calls about the organisation's directory."""

from contract.members import (
    Member,
    MemberChanges,
    MemberProfile,
    MembersQuery,
    NewFromMembers,
    RemovedMember,
    RestoredMember,
)
from contract.operation import LIST_BODY, Key, Operation
from contract.pages import Page, PageQuery
from contract.people import Permission
from contract.problems import ProblemCode as Code
from contract.users import Added, UserBatchReport

LIST_MEMBERS = Operation(
    "list_members",
    "GET",
    "/v1/members",
    "Members of the organisation, filtered and sorted",
    Page[Member],
    Permission.READ,
    query=MembersQuery,
)
GET_MEMBER = Operation(
    "get_member",
    "GET",
    "/v1/members/{id}",
    "A member's profile",
    MemberProfile,
    Permission.READ,
    problems=(Code.NOT_FOUND,),
)
ADD_MEMBER = Operation(
    "add_member_to_subscription",
    "POST",
    "/v1/members/{id}/add-to-subscription",
    "Add a member to the subscription",
    Added,
    Permission.MANAGE_USERS,
    status=201,
    key=Key.OPTIONAL,
    problems=(
        Code.NOT_FOUND,
        Code.ALREADY_USER,
        Code.NEEDS_TRANSFER,
        Code.MAIN_ACCOUNT_DECIDES,
        Code.SPENDING_LIMIT_REACHED,
        Code.PLAN_HAS_NO_SUB_ACCOUNTS,
        Code.USER_LIMIT_REACHED,
        Code.SUBSCRIPTION_NOT_ACTIVE,
    ),
)
ADD_MEMBERS = Operation(
    "add_members_to_subscription",
    "POST",
    "/v1/members/add-to-subscription",
    "Add many members to the subscription, one result each",
    UserBatchReport,
    Permission.MANAGE_USERS,
    body=NewFromMembers,
    key=Key.OPTIONAL,
    problems=(
        Code.PLAN_HAS_NO_SUB_ACCOUNTS,
        Code.SUBSCRIPTION_NOT_ACTIVE,
        Code.SPENDING_LIMIT_REACHED,
        Code.NEEDS_TRANSFER,
        Code.NOT_DONE,
    ),
    most_bytes=LIST_BODY,
)
LIST_REMOVED_MEMBERS = Operation(
    "list_removed_members",
    "GET",
    "/v1/members/removed",
    "Members who were removed and can still be brought back, the last removal first",
    Page[RemovedMember],
    Permission.MANAGE_ACCESS,
    query=PageQuery,
)
CHANGE_MEMBER = Operation(
    "change_member",
    "PATCH",
    "/v1/members/{id}",
    "Give a member another role, or an admin another monthly limit",
    MemberProfile,
    Permission.MANAGE_ACCESS,
    body=MemberChanges,
    key=Key.OPTIONAL,
    if_match=True,
    problems=(Code.NOT_FOUND, Code.LAST_OWNER, Code.MAIN_ACCOUNT_STAYS),
)
REMOVE_MEMBER = Operation(
    "remove_member",
    "DELETE",
    "/v1/members/{id}",
    "Take a member out of the organisation: ends their tokens here and frees their seat, refunds nothing",
    RemovedMember,
    Permission.MANAGE_ACCESS,
    key=Key.OPTIONAL,
    if_match=True,
    problems=(Code.NOT_FOUND, Code.LAST_OWNER, Code.MAIN_ACCOUNT_STAYS),
)
RESTORE_MEMBER = Operation(
    "restore_member",
    "POST",
    "/v1/members/{id}/restore",
    "Bring a removed member back, with role, limit and place on the list of users",
    RestoredMember,
    Permission.MANAGE_ACCESS,
    key=Key.OPTIONAL,
    problems=(Code.NOT_FOUND, Code.NOT_RESTORABLE, Code.ALREADY_MEMBER),
)
