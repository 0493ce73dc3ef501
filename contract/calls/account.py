"""Calls about who is signed in, and the first screen."""

from contract.operation import Operation
from contract.people import Me, Permission
from contract.subscription import Overview

ME = Operation("me", "GET", "/v1/me", "Who is signed in", Me, Permission.OWN_ACCOUNT)
OVERVIEW = Operation("overview", "GET", "/v1/overview", "All of the first screen", Overview, Permission.READ)
