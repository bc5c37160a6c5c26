"""Who may read, declare and qualify needs: what is declared is open data."""

from chassis.identity import Open, Policy, Scoped

READ = Open(acts=True)
WRITE = Scoped(
    "needs:write",
    within=("town", "epci", "department", "region"),
    whole=frozenset({"acv_directorate"}),
    known=READ,
)
QUALIFY = Scoped(
    "needs:qualify",
    within=("department", "region"),
    whole=frozenset({"cnam_national", "acv_directorate"}),
    known=READ,
)

OWN_JOBS = Scoped("needs:write")
"""An import is shown to the organisation that handed it in, whatever the scope says."""

POLICY: dict[str, Policy] = {
    "list_needs": READ,
    "show_need": READ,
    "declare_need": WRITE,
    "replace_need": WRITE,
    "change_need": WRITE,
    "withdraw_need": WRITE,
    "qualify_need": QUALIFY,
    "cover_need": QUALIFY,
    "import_needs": WRITE,
    "show_needs_import": OWN_JOBS,
    "show_needs_import_report": OWN_JOBS,
    "download_needs_import_rejections": OWN_JOBS,
}
