"""Giving a member another role, or an admin another monthly limit."""

from contract.members import MemberChanges, MemberProfile
from server.domain.roles import Wanted, changed, takes_limit
from server.http.call import Call
from server.http.problems import Invalid
from server.limits.amounts import AT, limit_given, refuse_bound
from server.members.listing import find, show_member
from server.members.standing import place_of, write_place
from server.store import roles


def change_member(call: Call) -> MemberProfile:
    """Change what was given; what is absent, or the same as before, stays.

    Raises:
        ServerProblem: nobody like that, it has changed since, the limit is none; the main account or the last owner.
    """
    refuse_bound(call, "gives nobody a role or a limit")
    row = find(call)
    call.expect(row.version, show_member(call))
    before, wanted = place_of(call, row), _wanted(call)
    if not takes_limit(before, wanted):
        raise Invalid((AT, "not_for_role", "Only an admin has a monthly limit."))
    after = changed(before, wanted, roles.count_owners(call.connection, call.organisation_id))
    if after != before:
        write_place(call, row, before, after)
    return show_member(call)


def _wanted(call: Call) -> Wanted:
    body: MemberChanges = call.body
    limit = None if body.spending_limit is None else limit_given(call, body.spending_limit)
    return Wanted(None if body.role is None else body.role.value, limit, body.limits)
