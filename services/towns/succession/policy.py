"""Who may read and record the succession of territories."""

from chassis.identity import Open, Policy, Scoped

WRITE = Scoped("territories:write")

POLICY: dict[str, Policy] = {
    "list_successions": Open(),
    "show_succession": Open(),
    "record_succession": WRITE,
}
