"""Who may call each operation of the towns service: one row an operation."""

from chassis.identity import Open, PolicyTable

POLICY = PolicyTable(
    {
        "list_towns": Open(),
        "show_town": Open(),
        "list_towns_events": Open(),
    }
)
