"""The database's side of chronologies: what corrects an entry is about the same, and comes from the same source."""

from __future__ import annotations

from casework.households.sql import keeps

KEEPS = keeps("casework_chronologyentry", "corrects_id", "source_id")
