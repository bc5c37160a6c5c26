"""Who may read and change the contacts of towns; others do not even learn that one exists."""

from chassis.identity import Policy, Scoped

READ = Scoped(
    "contacts:read",
    within=("town", "department", "region", "epci"),
    whole=frozenset({"acv_directorate", "cnam_national", "cnam_centre", "funder", "evaluator"}),
)
"""Also the audience of what the change feed tells of contacts."""
WRITE = Scoped("contacts:write", within=("town", "epci"), whole=frozenset({"acv_directorate"}))

POLICY: dict[str, Policy] = {
    "list_contacts": READ,
    "show_contact": READ,
    "create_contact": WRITE,
    "change_contact": WRITE,
    "delete_contact": WRITE,
}
