"""Who may call each operation of the registry: one row an operation."""

from chassis.identity import Open, PolicyTable

POLICY = PolicyTable({"list_gateway_events": Open()})
