"""Who may read and change conventions: what is signed is open data, drafts are not.

Decision: docs/decisions/0075.
"""

from chassis.identity import KIND, OWN, PUBLISHED, Open, Policy, Scoped

REGION_PREFECTURE = "region_prefecture_of_region"
DEPARTMENT_PREFECTURE = "department_prefecture_of_department"
CNAM_CENTRE = "cnam_centre_of_region"
REGION_COUNCIL = "region_of_region"

READ = Scoped(
    "conventions:read",
    within=(
        *(PUBLISHED, KIND, OWN, "town", "epci"),
        *(REGION_PREFECTURE, DEPARTMENT_PREFECTURE, CNAM_CENTRE, REGION_COUNCIL),
    ),
)
"""Also the audience of what the change feed tells of conventions."""
WRITE = Scoped("conventions:write", within=("town", "epci"), known=READ)
OBSERVE = Scoped("conventions:approve", within=(REGION_PREFECTURE,), strong=True, known=READ)
SIGN = Scoped(
    "conventions:approve",
    within=(KIND, REGION_PREFECTURE, DEPARTMENT_PREFECTURE),
    strong=True,
    known=READ,
)

POLICY: dict[str, Policy] = {
    "list_conventions": Open(more=(READ,), acts=True),
    "show_convention": Open(more=(READ,), acts=True),
    "show_convention_diff": Open(more=(READ,)),
    "show_convention_draft": READ,
    "create_convention": WRITE,
    "change_convention_draft": WRITE,
    "amend_convention": WRITE,
    "abandon_convention": WRITE,
    "write_cnam_action": WRITE,
    "deliberate_convention": WRITE,
    "observe_convention": OBSERVE,
    "sign_convention": SIGN,
    "waive_convention_guard": SIGN,
}
