"""The database's side of assessments: who sees a part and writes one."""

from __future__ import annotations

KEYS = """
ALTER TABLE casework_assessmentpart ADD CONSTRAINT casework_assessmentpart_id_case UNIQUE (id, case_id);
"""
