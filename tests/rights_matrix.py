"""Who gets what for the *real* ids of another organisation: every call of the contract, a line each (D25, D28).

The columns are who asks, all of them of our organisation: owner, admin, billing, viewer; `self` is a user who signs in
by themselves, `handed` one whose token the owner handed out; `out` is an account of no organisation. The cells:

    own     2xx, and nothing of theirs is in it          none    404, as if there were no such thing
    role    403 not_allowed, naming the role needed      hand    403 own_sign_in_needed

or the code of the refusal. Whoever has no token, a revoked or an expired one gets 401 from every call. Then follows
what stands in the path (`-` for nothing) and the body: `$user` is the id of a user of theirs, and so on (`SEEDED`).
Whatever the cell says, nothing of theirs changes, no event is theirs, and no text of theirs is in the answer.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from string import Template
from typing import Any

WHO = ("owner", "admin", "billing", "viewer", "self", "handed", "out")
NO_TOKEN = ("revoked", "expired", "none")

TABLE = """
me                            own  own  own  own  own  own  own   -
overview                      own  own  own  own  role role role  -
plans                         own  own  own  own  role role role  -
subscription                  own  own  own  own  role role role  -

create_quote                  user_not_unpaid user_not_unpaid user_not_unpaid user_not_unpaid role role role - {"pay_users": ["$waiting"]}
get_quote                     none none none none role role role  $quote
confirm_quote                 none none none role role role role  $quote
list_invoices                 own  own  own  own  role role role  -
get_invoice                   none none none none role role role  $invoice
list_payments                 own  own  own  own  role role role  -
forecast                      own  own  own  own  role role role  -

list_users                    own  own  own  own  role role role  -
add_user                      needs_transfer needs_transfer role role role role role - {"email": "$email"}
get_user                      none none none none role role role  $user
change_user                   none none role role role role role  $user {"first_name": "Eve"}
remove_user                   none none role role role role role  $user
restore_user                  none none role role role role role  $removed
batch_users                   own  own  role role role role role  - {"add": [{"email": "$email"}], "remove": ["$user"]}
preview_joining               own  own  own  own  role role role  -
users_template                own  own  own  own  role role role  -
export_users                  own  own  own  own  role role role  -
select_users                  none none role role role role role  - {"ids": ["$user"]}
get_selection                 none none none none role role role  $selection
remove_selection              none none role role role role role  $selection {"count": 1}
restore_selection             none none role role role role role  $selection

list_transfers                own  own  own  own  role role role  -
create_transfer               own  own  role role role role role  - {"email": "$asked"}
get_transfer                  none none none none role role role  $incoming
accept_transfer               none none role role role role role  $incoming
decline_transfer              none none role role role role role  $incoming {"reason": "no"}
cancel_transfer               none none role role role role role  $outgoing
resend_transfer               none none role role role role role  $outgoing
decide_transfers              own  own  role role role role role  - {"accept": [{"id": "$incoming", "version": 1}]}
list_decisions                own  own  role role role role role  -
undo_decisions                none none role role role role role  $decision

list_imports                  own  own  role role role role role  -
plan_import                   own  own  role role role role role  - {"file": "$email"}
get_import                    none none role role role role role  $import
map_import                    none none role role role role role  $import {"email": 1}
choose_encoding               none none role role role role role  $import {"encoding": "utf-8"}
list_import_rows              none none role role role role role  $import
mend_import_row               none none role role role role role  $import {"number": 2, "first_name": "Eve"}
apply_import                  none none role role role role role  $import {"version": 1}
stop_import                   none none role role role role role  $import
send_import_transfers         none none role role role role role  $import {}
rejected_rows                 none none role role role role role  $import

list_members                  own  own  own  own  role role role  -
get_member                    none none none none role role role  $account
add_member_to_subscription    none none role role role role role  $account
add_members_to_subscription   own  own  role role role role role  - {"ids": ["$account"]}
list_removed_members          own  role role role role role role  -
change_member                 none role role role role role role  $account {"role": "viewer"}
remove_member                 none role role role role role role  $account
restore_member                none role role role role role role  $former

ownership                     own  own  own  own  role role role  -
offer_ownership               none role role role role role role  - {"to": "$account"}
cancel_ownership              none role role role role role role  $ownership
accept_ownership              none none none none none hand none  $ownership
decline_ownership             none none none none none hand none  $ownership
undo_ownership                none none none none none hand none  $ownership
own_seat                      own  role role role role role role  - {"uses": false}

list_codes                    own  own  own  own  role role role  -
create_code                   own  own  role role role role role  - {}
get_code                      none none none none role role role  $code
change_code                   none none role role role role role  $code {"enabled": false}
delete_code                   none none role role role role role  $code
list_code_uses                none none none none role role role  $code

list_events                   own  own  own  own  role role role  -
stream_events                 own  own  own  own  role role role  -
entitlement                   own  own  own  own  role role role  $account

set_clock                     own  role role role role role role  - {"advance": "PT1S"}
set_payments                  own  role role role role role role  - {"next": "accept"}

list_tokens                   own  role role role role role role  -
list_sign_ins                 own  own  own  own  own  hand own   -
end_sign_in                   none none none none none hand none  $token
create_token                  none role role role role role role  - {"email": "$email"}
revoke_token                  none role role role role role role  $token

list_webhooks                 own  role role role role role role  -
create_webhook                own  role role role role role role  - {"url": "https://hooks.example.com/ours", "enabled": false}
get_webhook                   none role role role role role role  $webhook
change_webhook                none role role role role role role  $webhook {"description": "ours"}
delete_webhook                none role role role role role role  $webhook
rotate_webhook                none role role role role role role  $webhook
list_deliveries               none role role role role role role  $webhook
replay_webhook                none role role role role role role  $webhook {"failed": true}

start_offer                   own  own  own  own  own  hand own   -
create_start                  already_subscribed own own own own hand own - {"name": "A house of our own", "plan": "business"}
confirm_start                 none none none none none hand none  $quote

profile                       own  own  own  own  own  own  own   -
change_profile                own  own  own  own  own  hand own   - {"position": "Asker"}
list_own_transfers            own  own  own  own  own  hand own   -
redeem_code                   code_not_accepted code_not_accepted code_not_accepted code_not_accepted already_user hand code_not_accepted - {"code": "$off"}
ask_to_join                   own_subscription_ends own own own own hand own - {"organisation": "$organisation"}
accept_offer                  none none none none none hand none  $outgoing
decline_offer                 none none none none none hand none  $outgoing
undo_offer                    none none none none none hand none  $outgoing
open_offer                    none none none none none hand none  - {"link": "$outgoing"}
cancel_ask                    none none none none none hand none  $incoming
leave                         not_a_user not_a_user not_a_user not_a_user own hand not_a_user -
"""  # noqa: E501 - a table

SEEDED = frozenset({"user", "removed", "waiting", "account", "email", "quote", "invoice", "selection", "incoming"})
SEEDED |= {"former", "ownership", "outgoing", "decision", "import", "code", "off", "token", "webhook", "organisation"}
"""What an organisation has one of, at least."""


@dataclass(frozen=True)
class Line:
    """One call: what each may get for it, what stands in its path, its body."""

    cells: Mapping[str, str]
    path: str
    body: str

    def of(self, ids: Mapping[str, str]) -> tuple[str, Any]:
        """The id in the path and the body (None: there is none), with the ids of an organisation in their places."""
        body = json.loads(Template(self.body).substitute(ids)) if self.body else None
        return Template(self.path).substitute(ids), body


def lines() -> dict[str, Line]:
    """The table, call by call; nothing may be said twice."""
    found: dict[str, Line] = {}
    for each in filter(None, TABLE.splitlines()):
        name, *rest = each.split(maxsplit=len(WHO) + 2)
        cells, path, body = rest[: len(WHO)], rest[len(WHO)], "".join(rest[len(WHO) + 1 :])
        assert name not in found, name
        found[name] = Line(dict(zip(WHO, cells, strict=True)), path, body)
    return found
