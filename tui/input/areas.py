"""The areas of the app, and what kinds of screens they are."""

__all__ = ["AREAS", "CONTRACT_AREAS", "FILTERED", "FIRST_AREAS", "LISTS", "MARKED", "PROFILE", "SEARCHED", "TITLES"]

AREAS = {
    "overview": "Overview",
    "users": "Users",
    "transfers": "Transfers",
    "members": "Members",
    "codes": "Codes",
    "billing": "Billing",
    "activity": "Activity",
}
"""Names of the areas by id, in the order of their number keys."""

PROFILE = "profile"
"""The screen of one's own account: reached by name, and the first of somebody who administers nothing."""

TITLES = {**AREAS, "imports": "Import", PROFILE: "Profile"}
"""Names of all screens that have keys of their own."""

FIRST_AREAS = ("overview", "users", "transfers", "members", "codes")
"""What is shown before the plan is known."""

CONTRACT_AREAS = tuple(area for area in AREAS if area != "billing")
"""The areas on a contract, which is not paid for here."""

LISTS = ("users", "transfers", "members", "codes", "billing", "activity", "imports")
"""The areas around one table, and the other screens that are."""

MARKED = ("users", "transfers", "members")
"""The lists whose rows can be marked, sorted and filtered; what was issued once is only read."""

SEARCHED = (*MARKED, "codes")
"""The lists that can be sorted and filtered."""

FILTERED = (*SEARCHED, "activity", "imports")
"""The lists that can be filtered: what happened and a file's rows keep their order."""
