"""Who may call each operation of the funding service: one row an operation."""

from chassis.identity import Open, PolicyTable

POLICY = PolicyTable({"list_funding_events": Open()})
