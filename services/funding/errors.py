"""Every refusal of the funding service: none yet, beyond those that all services share."""
