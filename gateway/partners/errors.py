"""Every refusal of the registry: none yet, beyond those that all services share."""
