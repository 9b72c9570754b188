"""The database's side of tasks: an end has its task's label."""

from __future__ import annotations

KEYS = """
ALTER TABLE casework_task ADD CONSTRAINT casework_task_id_case UNIQUE (id, case_id, item);
ALTER TABLE casework_taskend ADD CONSTRAINT casework_taskend_of_task FOREIGN KEY (task_id, case_id, item)
  REFERENCES casework_task (id, case_id, item) DEFERRABLE INITIALLY DEFERRED;
"""
