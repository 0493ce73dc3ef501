"""`/v1/members`."""

from contract.operations import ADD_MEMBER, ADD_MEMBERS, GET_MEMBER, LIST_MEMBERS
from server.members.adding import add_member, add_members
from server.members.listing import list_members, show_member

HANDLERS = {LIST_MEMBERS: list_members, GET_MEMBER: show_member, ADD_MEMBER: add_member, ADD_MEMBERS: add_members}
