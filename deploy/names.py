"""The services of the product, and the roles that each has in the database."""

SERVICES = ("towns", "trainings", "funding", "evaluation")
LOGIN_ROLES = ("migrator", "runtime")
