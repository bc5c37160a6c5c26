"""Who may call each operation of the registry: one row an operation."""

from chassis.identity import OWN, Open, PolicyTable, Scoped, TwoPerson

_STATE = frozenset({"acv_directorate", "ministry"})

READ = Scoped("partners:read", within=(OWN,), whole=frozenset({"acv_directorate"}))
"""Also the audience of what the change feed tells of partners and their systems."""
APPROVE = Scoped("partners:approve", strong=True)
"""Also the audience of what the change feed tells of requests for access."""
WRITE = Scoped("partners:write", within=(OWN,))
REVOKE = Scoped("partners:write", within=(OWN,), whole=_STATE)
OPINION = TwoPerson(APPROVE.scope, strong=True)
SUSPEND = Scoped("partners:suspend", strong=True)
RESTORE = TwoPerson("partners:suspend", strong=True)

_TOKENS = {
    "issue_token": Open(),
    "revoke_token": Open(),
    "show_issuer": Open(),
    "show_revocations": Open(),
    "show_signing_keys": Open(),
}
"""Who calls these proves itself, if need be, by other means than a token."""

POLICY = PolicyTable(
    {
        "request_access": Open(),
        "list_access_requests": APPROVE,
        "show_access_request": APPROVE,
        "give_opinion": OPINION,
        "collect_credentials": Open(),
        "list_partners": READ,
        "show_partner": READ,
        "list_clients": READ,
        "show_client": READ,
        "list_client_usage": READ,
        "list_client_refusals": READ,
        "list_client_calls": READ,
        "issue_secret": WRITE,
        "add_key": WRITE,
        "revoke_credential": REVOKE,
        "report_leak": REVOKE,
        "suspend_client": SUSPEND,
        "restore_client": RESTORE,
        "ask_attachment": WRITE,
        "list_attachments": READ,
        "show_attachment": READ,
        "revoke_attachment": REVOKE,
        "list_attachment_requests": APPROVE,
        "show_attachment_request": APPROVE,
        "judge_attachment": OPINION,
        "list_gateway_labels": Open(),
        "list_gateway_events": Open(more=(READ, APPROVE)),
    },
    _TOKENS,
)
