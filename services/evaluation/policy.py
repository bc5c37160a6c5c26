"""Who may call each operation of the evaluation service: one row an operation."""

from chassis.identity import Open, PolicyTable

POLICY = PolicyTable({"list_evaluation_events": Open()})
