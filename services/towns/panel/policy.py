"""Who may see and do the work of a panel: the parties and its bodies see, its bodies speak.

Decision: docs/decisions/0078.
"""

from chassis.identity import KIND, OWN, Policy, Scoped
from services.towns.applications.policy import READ

SEE = Scoped("applications:read", within=(KIND, OWN))
ASSESS = Scoped("applications:assess", within=(OWN,), known=READ)

POLICY: dict[str, Policy] = {
    "show_application_panel": SEE,
    "list_application_scores": SEE,
    "list_application_opinions": SEE,
    "declare_conflict": ASSESS,
    "score_application": ASSESS,
    "give_panel_opinion": ASSESS,
}
