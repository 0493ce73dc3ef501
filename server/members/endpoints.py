"""`/v1/members`."""

from contract.operations import (
    ADD_MEMBER,
    ADD_MEMBERS,
    CHANGE_MEMBER,
    GET_MEMBER,
    LIST_MEMBERS,
    LIST_REMOVED_MEMBERS,
    REMOVE_MEMBER,
    RESTORE_MEMBER,
)
from server.members.adding import add_member, add_members
from server.members.changing import change_member
from server.members.listing import list_members, show_member
from server.members.removing import list_removed, remove_member
from server.members.restoring import restore_member

HANDLERS = {
    LIST_MEMBERS: list_members,
    GET_MEMBER: show_member,
    ADD_MEMBER: add_member,
    ADD_MEMBERS: add_members,
    CHANGE_MEMBER: change_member,
    REMOVE_MEMBER: remove_member,
    RESTORE_MEMBER: restore_member,
    LIST_REMOVED_MEMBERS: list_removed,
}
