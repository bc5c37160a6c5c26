"""Every refusal of the trainings service: none yet, beyond those that all services share."""
