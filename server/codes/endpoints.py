"""`/v1/invitation-codes`. Using one is `server.codes.redeem`, bound with what else an account may do for itself."""

from contract.operations import CHANGE_CODE, CREATE_CODE, DELETE_CODE, GET_CODE, LIST_CODE_USES, LIST_CODES
from server.codes.manage import change_code, create_code, delete_code, get_code, list_codes, list_uses

HANDLERS = {
    LIST_CODES: list_codes,
    CREATE_CODE: create_code,
    GET_CODE: get_code,
    CHANGE_CODE: change_code,
    DELETE_CODE: delete_code,
    LIST_CODE_USES: list_uses,
}
