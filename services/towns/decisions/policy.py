"""Who decides on bids, and who may know of it when: the parties, the carrier, then everybody.

Decision: docs/decisions/0078.
"""

from chassis.identity import KIND, PUBLISHED, Open, Policy, Scoped
from services.towns.applications import policy as applications

READ = Scoped("applications:read", within=(PUBLISHED, KIND, "town", "epci"))
SEE_EXCHANGE = Scoped("applications:examine", within=(KIND,))
COMMUNE, EPCI, EPCI_FOR_TOWN = "commune_of_town", "epci_of_epci", "epci_of_town"
SEE_PLAN = Scoped("applications:read", within=(KIND, COMMUNE, EPCI, EPCI_FOR_TOWN))
"""Its carriers are shown a plan later than the bid: another dimension than that of the bid."""
EXAMINE = applications.EXAMINE
PROPOSE = Scoped("applications:decide", within=(KIND,), strong=True, known=applications.READ)
DECIDE = Scoped("applications:decide", within=(KIND,), strong=True, known=READ)

POLICY: dict[str, Policy] = {
    "list_application_messages": SEE_EXCHANGE,
    "send_application_message": EXAMINE,
    "show_support_plan": SEE_PLAN,
    "write_support_plan": EXAMINE,
    "change_support_plan": EXAMINE,
    "propose_decision": PROPOSE,
    "list_decisions": Open(more=(READ,), acts=True),
    "show_decision": Open(more=(READ,), acts=True),
    "confirm_decision": DECIDE,
    "abandon_decision": DECIDE,
    "correct_decision": DECIDE,
    "notify_decision": DECIDE,
    "revoke_decision": DECIDE,
    "confirm_revocation": DECIDE,
    "abandon_revocation": DECIDE,
}
