"""Attachments: persons whom other issuers vouch for, acting for systems of partners."""
