"""Who may read and make calls: what was published is open data, drafts are for the parties.

Decision: docs/decisions/0072.
"""

from chassis.identity import KIND, PUBLISHED, Open, Policy, Scoped

PARTIES = frozenset({"acv_directorate", "ministry", "cnam_national"})
"""Of the convention of 1 April 2019: they choose the places together."""

READ = Scoped("calls:read", within=(PUBLISHED, KIND))
"""Also the audience of what the change feed tells of calls."""
WRITE = Scoped("calls:write", within=(KIND,), known=READ)
PUBLISH = Scoped("calls:publish", within=(KIND,), strong=True, known=READ)

POLICY: dict[str, Policy] = {
    "list_calls": Open(more=(READ,), acts=True),
    "show_call": Open(more=(READ,), acts=True),
    "show_call_ruleset": Open(more=(READ,)),
    "show_call_rulesets": Open(more=(READ,)),
    "create_call": WRITE,
    "change_call": WRITE,
    "attach_call_body": WRITE,
    "publish_call": PUBLISH,
    "extend_call": PUBLISH,
    "close_call": PUBLISH,
    "conclude_call": PUBLISH,
    "cancel_call": PUBLISH,
}
