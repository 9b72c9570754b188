"""The database's side of files: what belongs to a file has its label, and bytes go only with a removal."""

from __future__ import annotations

_OF = (
    "ALTER TABLE casework_{name} ADD CONSTRAINT casework_{name}_of_file FOREIGN KEY (file_id, case_id, item)"
)
_TO = "  REFERENCES casework_casefile (id, case_id, item) DEFERRABLE INITIALLY DEFERRED;"

KEYS = "\n".join(
    [
        "ALTER TABLE casework_casefile ADD CONSTRAINT casework_casefile_id_case UNIQUE (id, case_id, item);",
        *(f"{_OF.format(name=name)}\n{_TO}" for name in ("filecontent", "fileremoval", "filecheck")),
    ]
)

# Bytes that came with an answer belong to the file that came with it: with the answer alone somebody could fill a file of
# others whose bytes were taken away.
ANSWER_KEYS = """
ALTER TABLE casework_casefile ADD CONSTRAINT casework_casefile_id_answer UNIQUE (id, answer_id);
ALTER TABLE casework_filecontent ADD CONSTRAINT casework_filecontent_of_answer FOREIGN KEY (file_id, answer_id)
  REFERENCES casework_casefile (id, answer_id) DEFERRABLE INITIALLY DEFERRED;
"""

# Nobody has looked through it since the household hid. By what was looked at, not by when it came: an act that began
# before a household hid may end after it.
UNCHECKED = (
    "EXISTS (SELECT 1 FROM casework_concealment c WHERE c.case_id = casework_filecontent.case_id"
    " AND NOT EXISTS (SELECT 1 FROM casework_lift l WHERE l.concealment_id = c.id)"
    " AND NOT EXISTS (SELECT 1 FROM casework_filecheck k WHERE k.file_id = casework_filecontent.file_id"
    " AND k.checked_at >= c.set_at))"
)
HAS_CONTENT = "EXISTS (SELECT 1 FROM casework_filecontent b WHERE b.file_id = casework_casefile.id)"
IS_REMOVED = "EXISTS (SELECT 1 FROM casework_fileremoval r WHERE r.file_id = casework_filecontent.file_id)"


def seen_answer(table: str) -> str:
    """What came with an answer is seen by whoever sees the answer; the policy of answers applies in here."""
    return (
        f"({table}.answer_id IS NULL OR EXISTS (SELECT 1 FROM casework_roleanswer k"  # noqa: S608 -- constants
        f" WHERE k.id = {table}.answer_id))"
    )
