"""Who may do what to a transfer request in which state: the whole matrix, as a table to be read (D22, D23, D25, D28).

    call       what is asked for: `CALLS` has the request it stands for; `resend+` comes an hour later. In the
               organisation's list it was the owner who decided
    request    `out` we asked them, `in` they asked us
    state      by the list; `lapsed` still says pending, but its time is over; `*` is every state not named before

The last eight columns are who asks:

    owner, admin, billing, viewer     of the organisation that the request is with
    self                              the account the request is about: whom we asked, or who asked us
    outsider                          an account of no organisation
    other                             another organisation's owner
    nobody                            no token

And the cells are what they get:

    read    200, and this request is in it         else    200, and nothing of this request is in it
    done    200 or 201, and it has happened        anew    201: a request of one's own; this one stays as it was
    =side   200, with one result that says so: the other side's to do;  =over, =none: not pending, no such request
    side    409 transfer_wrong_side                over    409 transfer_not_pending
    asked   409 transfer_pending                   user    409 already_user
    ends    409 own_subscription_ends              late    409 undo_not_possible
    same    409 transfer_to_oneself
    soon    429 resend_too_soon                    role    403 not_allowed
    none    404 not_found                          who     401 not_authenticated

Nothing in the database changes where it says neither `done` nor `anew`.
"""

from typing import NamedTuple

WHO = ("owner", "admin", "billing", "viewer", "self", "outsider", "other", "nobody")
STATES = ("pending", "accepted", "declined", "cancelled", "expired", "lapsed")
REQUESTS = ("out", "in")

CALLS = {
    "list": "GET /v1/transfers?limit=500",
    "get": "GET /v1/transfers/$id",
    "create": 'POST /v1/transfers {"email": "$email"}',
    "resend": "POST /v1/transfers/$id/resend",
    "resend+": "POST /v1/transfers/$id/resend",
    "cancel": "POST /v1/transfers/$id/cancel",
    "accept": "POST /v1/transfers/$id/accept",
    "decline": "POST /v1/transfers/$id/decline",
    "accept-many": 'POST /v1/transfers/decisions {"accept": [{"id": "$id", "version": $version}]}',
    "decline-many": 'POST /v1/transfers/decisions {"decline": [{"id": "$id", "version": $version}]}',
    "decisions": "GET /v1/transfers/decisions",
    "undo": "POST /v1/transfers/decisions/$decision/undo",
    "own-list": "GET /v1/profile/transfers?limit=500",
    "own-ask": 'POST /v1/profile/transfers {"organisation": "$organisation"}',
    "own-open": 'POST /v1/profile/transfers/open {"link": "$link"}',
    "own-accept": "POST /v1/profile/transfers/$id/accept",
    "own-decline": "POST /v1/profile/transfers/$id/decline",
    "own-cancel": "POST /v1/profile/transfers/$id/cancel",
    "own-undo": "POST /v1/profile/transfers/$id/undo",
}

TABLE = """
call         request state      owner  admin  billing viewer self   outsider other  nobody

list         out     *          read   read   read    read   role   role     else   who
list         in      *          read   read   read    read   role   role     else   who

get          out     *          read   read   read    read   role   role     none   who
get          in      *          read   read   read    read   role   role     none   who

create       out     pending    asked  asked  role    role   role   role     anew   who
create       out     accepted   user   user   role    role   role   role     anew   who
create       out     declined   done   done   role    role   role   role     anew   who
create       out     cancelled  done   done   role    role   role   role     anew   who
create       out     expired    done   done   role    role   role   role     anew   who
create       out     lapsed     done   done   role    role   role   role     anew   who
create       in      pending    asked  asked  role    role   role   role     anew   who
create       in      accepted   user   user   role    role   role   role     anew   who
create       in      declined   done   done   role    role   role   role     anew   who
create       in      cancelled  done   done   role    role   role   role     anew   who
create       in      expired    done   done   role    role   role   role     anew   who
create       in      lapsed     done   done   role    role   role   role     anew   who

resend       out     pending    soon   soon   role    role   role   role     none   who
resend       out     *          over   over   role    role   role   role     none   who
resend       in      *          side   side   role    role   role   role     none   who

resend+      out     pending    done   done   role    role   role   role     none   who
resend+      out     *          over   over   role    role   role   role     none   who
resend+      in      *          side   side   role    role   role   role     none   who

cancel       out     pending    done   done   role    role   role   role     none   who
cancel       out     *          over   over   role    role   role   role     none   who
cancel       in      *          side   side   role    role   role   role     none   who

accept       out     *          side   side   role    role   role   role     none   who
accept       in      pending    done   done   role    role   role   role     none   who
accept       in      *          over   over   role    role   role   role     none   who

decline      out     *          side   side   role    role   role   role     none   who
decline      in      pending    done   done   role    role   role   role     none   who
decline      in      *          over   over   role    role   role   role     none   who

accept-many  out     *          =side  =side  role    role   role   role     =none  who
accept-many  in      pending    done   done   role    role   role   role     =none  who
accept-many  in      *          =over  =over  role    role   role   role     =none  who

decline-many out     *          =side  =side  role    role   role   role     =none  who
decline-many in      pending    done   done   role    role   role   role     =none  who
decline-many in      *          =over  =over  role    role   role   role     =none  who

decisions    out     *          else   else   role    role   role   role     else   who
decisions    in      accepted   read   else   role    role   role   role     else   who
decisions    in      declined   read   else   role    role   role   role     else   who
decisions    in      *          else   else   role    role   role   role     else   who

undo         out     *          none   none   role    role   role   role     none   who
undo         in      accepted   done   late   role    role   role   role     none   who
undo         in      declined   done   late   role    role   role   role     none   who
undo         in      *          none   none   role    role   role   role     none   who

own-list     out     *          else   else   else    else   read   else     else   who
own-list     in      *          else   else   else    else   read   else     else   who

own-ask      out     accepted   same   anew   anew    anew   user   anew     ends   who
own-ask      out     *          same   anew   anew    anew   anew   anew     ends   who
own-ask      in      pending    same   anew   anew    anew   asked  anew     ends   who
own-ask      in      accepted   same   anew   anew    anew   user   anew     ends   who
own-ask      in      *          same   anew   anew    anew   anew   anew     ends   who

own-open     out     *          none   none   none    none   read   none     none   who
own-open     in      *          none   none   none    none   none   none     none   who

own-accept   out     pending    none   none   none    none   done   none     none   who
own-accept   out     *          none   none   none    none   over   none     none   who
own-accept   in      *          none   none   none    none   side   none     none   who

own-decline  out     pending    none   none   none    none   done   none     none   who
own-decline  out     *          none   none   none    none   over   none     none   who
own-decline  in      *          none   none   none    none   side   none     none   who

own-cancel   out     *          none   none   none    none   side   none     none   who
own-cancel   in      pending    none   none   none    none   done   none     none   who
own-cancel   in      *          none   none   none    none   over   none     none   who

own-undo     out     accepted   none   none   none    none   done   none     none   who
own-undo     out     declined   none   none   none    none   done   none     none   who
own-undo     out     *          none   none   none    none   late   none     none   who
own-undo     in      *          none   none   none    none   late   none     none   who
"""


class Cell(NamedTuple):
    """One question: who asks for what, of which request in which state."""

    call: str
    request: str
    state: str
    who: str


def cells() -> dict[Cell, str]:
    """The table, cell by cell; a state that is named comes before `*`, and nothing may be said twice."""
    found: dict[Cell, str] = {}
    for line in TABLE.splitlines():
        if not line or line.startswith("call"):
            continue
        call, request, state, *expected = line.split()
        named = {cell.state for cell in found if (cell.call, cell.request) == (call, request)}
        for each in (state,) if state != "*" else [each for each in STATES if each not in named]:
            for who, said in zip(WHO, expected, strict=True):
                cell = Cell(call, request, each, who)
                assert cell not in found, cell
                found[cell] = said
    return found
