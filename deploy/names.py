"""The services of the product, in the order in which they are prepared."""

SERVICES = ("towns", "trainings", "funding", "evaluation")
