"""The systems of partners: their rights, their credentials, their suspension."""
