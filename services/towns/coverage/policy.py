"""Who may ask what sites reach: what is, anyone; what would be, those who choose the places."""

from chassis.identity import Open, Policy, Scoped
from services.towns.applications.policy import READ as READ_BIDS
from services.towns.calls.policy import READ as READ_CALLS

POLICY: dict[str, Policy] = {
    "show_coverage": Open(),
    "simulate_selection": Scoped("applications:assess"),
}

KNOWN_CALLS = Open(more=(READ_CALLS,))
KNOWN_BIDS = Open(more=(READ_BIDS,))
"""Of what a simulation names, its caller must know: what is published, or what it may read."""
