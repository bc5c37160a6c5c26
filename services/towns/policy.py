"""Who may call each operation of the towns service: one row an operation."""

from chassis.identity import Open, PolicyTable
from services.towns.applications import policy as applications
from services.towns.calls import policy as calls
from services.towns.contacts import policy as contacts
from services.towns.conventions import policy as conventions
from services.towns.coverage import policy as coverage
from services.towns.decisions import policy as decisions
from services.towns.needs import policy as needs
from services.towns.panel import policy as panel
from services.towns.sites import policy as sites
from services.towns.succession import policy as succession

POLICY = PolicyTable(
    {
        "list_towns": Open(),
        "show_town": Open(),
        "list_communes": Open(),
        "show_commune": Open(),
        "list_epcis": Open(),
        "show_epci": Open(),
        "list_departments": Open(),
        "show_department": Open(),
        "list_regions": Open(),
        "show_region": Open(),
        "resolve_place": Open(),
        "show_ogc_landing": Open(),
        "show_ogc_landing_with_slash": Open(),
        "show_ogc_definition": Open(),
        "show_ogc_conformance": Open(),
        "list_ogc_collections": Open(),
        "show_ogc_collection": Open(),
        "show_town_feature_schema": Open(),
        "list_town_features": Open(),
        "show_town_feature": Open(),
        "list_towns_events": Open(
            more=(applications.READ, calls.READ, contacts.READ, conventions.READ)
        ),
        "list_towns_sources": Open(),
        "list_towns_labels": Open(),
        "list_site_targets": Open(),
    },
    applications.POLICY,
    contacts.POLICY,
    succession.POLICY,
    conventions.POLICY,
    needs.POLICY,
    calls.POLICY,
    coverage.POLICY,
    sites.POLICY,
    panel.POLICY,
    decisions.POLICY,
)
