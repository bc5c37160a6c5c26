"""Who may call each operation of the registry: one row an operation."""

from chassis.identity import Open, PolicyTable

_TOKENS = {
    "issue_token": Open(),
    "revoke_token": Open(),
    "show_issuer": Open(),
    "show_revocations": Open(),
    "show_signing_keys": Open(),
}
"""Who calls these proves itself, if need be, by other means than a token."""

POLICY = PolicyTable({"list_gateway_events": Open()}, _TOKENS)
