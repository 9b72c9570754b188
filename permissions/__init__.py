"""Agencies, people and their roles, the access walls and the audit log."""
