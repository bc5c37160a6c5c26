"""Who may read and keep the sites: reading is open data, the Cnam writes."""

from chassis.identity import Open, Policy, Scoped

READ = Open(acts=True)
WRITE = Scoped(
    "sites:write",
    within=("centre", "region"),
    whole=frozenset({"cnam_national"}),
    known=READ,
)

POLICY: dict[str, Policy] = {
    "list_cnam_centres": Open(),
    "list_sites": READ,
    "show_site": READ,
    "list_site_events": Open(),
    "list_site_premises": Open(),
    "announce_site": WRITE,
    "change_site": WRITE,
    "prepare_site": WRITE,
    "add_site_premises": WRITE,
    "open_site": WRITE,
    "suspend_site": WRITE,
    "resume_site": WRITE,
    "relocate_site": WRITE,
    "close_site": WRITE,
}
