"""Calls about tokens: what an owner hands out and takes back."""

from contract.operation import Key, Operation
from contract.pages import Page, PageQuery
from contract.people import Permission
from contract.problems import ProblemCode as Code
from contract.tokens import HandedOut, NewToken, Token

LIST_TOKENS = Operation(
    "list_tokens",
    "GET",
    "/v1/tokens",
    "Every token of the organisation, the newest first",
    Page[Token],
    Permission.MANAGE_ACCESS,
    query=PageQuery,
)
CREATE_TOKEN = Operation(
    "create_token",
    "POST",
    "/v1/tokens",
    "Create a token for a member whose account belongs to the organisation; its secret is shown once",
    HandedOut,
    Permission.MANAGE_ACCESS,
    body=NewToken,
    status=201,
    key=Key.OPTIONAL,
    problems=(Code.NOT_FOUND, Code.UNSAFE_TEXT, Code.INVALID_EMAIL, Code.OWN_SIGN_IN_NEEDED),
)
REVOKE_TOKEN = Operation(
    "revoke_token",
    "DELETE",
    "/v1/tokens/{id}",
    "Revoke a token immediately",
    Token,
    Permission.MANAGE_ACCESS,
    key=Key.OPTIONAL,
    problems=(Code.NOT_FOUND,),
)
