"""Every refusal of the evaluation service: none yet, beyond those that all services share."""
