"""Calls about where an account is signed in by itself."""

from contract.operation import Key, Operation
from contract.pages import Page, PageQuery
from contract.people import Permission
from contract.problems import ProblemCode as Code
from contract.sign_ins import SignIn

LIST_SIGN_INS = Operation(
    "list_sign_ins",
    "GET",
    "/v1/profile/sign-ins",
    "Browsers and terminals that this account is signed in with, the newest first",
    Page[SignIn],
    Permission.OWN_ACCOUNT,
    query=PageQuery,
    own_sign_in=True,
)
END_SIGN_IN = Operation(
    "end_sign_in",
    "DELETE",
    "/v1/profile/sign-ins/{id}",
    "Sign this account out of one of them immediately",
    SignIn,
    Permission.OWN_ACCOUNT,
    key=Key.OPTIONAL,
    problems=(Code.NOT_FOUND,),
    own_sign_in=True,
)
