"""Who may call each operation of the trainings service: one row an operation."""

from chassis.identity import Open, PolicyTable

POLICY = PolicyTable({"list_trainings_events": Open()})
