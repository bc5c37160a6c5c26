"""The services of the product, the schemas of its database, and the roles that each has there."""

SERVICES = ("towns", "trainings", "funding", "evaluation")
SCHEMAS = (*SERVICES, "gateway")
"""Of the services, and of the registry of partners, which lives in the gateway."""
LOGIN_ROLES = ("migrator", "runtime")
