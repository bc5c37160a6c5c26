"""Who may read and change bids: a draft is its carriers', what was submitted is the panel's too.

Decision: docs/decisions/0077.
"""

from chassis.identity import KIND, OWN, PUBLISHED, Policy, Scoped

PARTIES = ("acv_directorate", "cnam_national", "ministry")
"""Of the convention of 1 April 2019: they choose the places together."""

REGION_PREFECTURE = "region_prefecture_of_region"
DEPARTMENT_PREFECTURE = "department_prefecture_of_department"
CNAM_CENTRE = "cnam_centre_of_region"

READ = Scoped(
    "applications:read",
    within=(
        *(PUBLISHED, KIND, OWN, "town", "epci"),
        *(REGION_PREFECTURE, DEPARTMENT_PREFECTURE, CNAM_CENTRE),
    ),
)
"""Also the audience of what the change feed tells of bids."""
WRITE = Scoped("applications:write", within=("town", "epci"), known=READ)
EXAMINE = Scoped("applications:examine", within=(KIND,), known=READ)

POLICY: dict[str, Policy] = {
    "list_applications": READ,
    "show_application": READ,
    "list_application_versions": READ,
    "show_application_version": READ,
    "list_application_steps": READ,
    "create_application": WRITE,
    "change_application": WRITE,
    "submit_application": WRITE,
    "resubmit_application": WRITE,
    "withdraw_application": WRITE,
    "consolidate_application": EXAMINE,
    "examine_application": EXAMINE,
}
