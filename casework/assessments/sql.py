"""The database's side of assessments: who sees and writes a part, and that a version stays as it was fixed."""

from __future__ import annotations

KEYS = """
ALTER TABLE casework_assessmentpart ADD CONSTRAINT casework_assessmentpart_id_case UNIQUE (id, case_id);
"""

# A link carries the moment of its version: together with the policy nothing comes to a version afterwards. The policy of links
# does not ask for the version, whose own policy asks for the links.
VERSION_KEYS = """
ALTER TABLE casework_assessment ADD CONSTRAINT casework_assessment_id_case UNIQUE (id, case_id);
ALTER TABLE casework_assessment ADD CONSTRAINT casework_assessment_id_case_fixed UNIQUE (id, case_id, fixed_at);
ALTER TABLE casework_assessedpart ADD CONSTRAINT casework_assessedpart_of_version FOREIGN KEY (assessment_id, case_id, fixed_at)
  REFERENCES casework_assessment (id, case_id, fixed_at) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE casework_assessedpart ADD CONSTRAINT casework_assessedpart_of_part FOREIGN KEY (part_id, case_id)
  REFERENCES casework_assessmentpart (id, case_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE casework_plan ADD CONSTRAINT casework_plan_of_assessment FOREIGN KEY (assessment_id, case_id)
  REFERENCES casework_assessment (id, case_id) DEFERRABLE INITIALLY DEFERRED;
"""

REQUEST_KEYS = """
ALTER TABLE casework_assessmentrequest ADD CONSTRAINT casework_assessmentrequest_id_case UNIQUE (id, case_id);
ALTER TABLE casework_assessmentrequestend ADD CONSTRAINT casework_assessmentrequestend_of_request FOREIGN KEY (request_id, case_id)
  REFERENCES casework_assessmentrequest (id, case_id) DEFERRABLE INITIALLY DEFERRED;
"""

# A line with the label of the section holds for the asked agency now.
REACHES_ASKED = (
    "EXISTS (SELECT 1 FROM casework_shareline l WHERE l.case_id = casework_assessmentrequest.case_id"
    " AND l.item = casework_assessmentrequest.item AND l.person_id IS NOT DISTINCT FROM casework_assessmentrequest.person_id"
    " AND l.agency_id = casework_assessmentrequest.agency_id AND l.ended_at IS NULL AND l.starts_at <= clock_now()"
    " AND (l.until IS NULL OR l.until > clock_now()))"
)
SEEN_REQUEST = "EXISTS (SELECT 1 FROM casework_assessmentrequest r WHERE r.id = casework_assessmentrequestend.request_id)"
SEEN_PART = "EXISTS (SELECT 1 FROM casework_assessmentpart p WHERE p.id = casework_assessedpart.part_id)"
HAS_SEEN_PART = (
    "EXISTS (SELECT 1 FROM casework_assessedpart a WHERE a.assessment_id = casework_assessment.id)"
)

FACT_KEYS = """
ALTER TABLE casework_assessedfact ADD CONSTRAINT casework_assessedfact_of_version FOREIGN KEY (assessment_id, case_id, fixed_at)
  REFERENCES casework_assessment (id, case_id, fixed_at) DEFERRABLE INITIALLY DEFERRED;
"""
# Whoever sees no part of a version does not know of it: a fact of it is seen with the version only. A sealed or hidden issue is seen
# here as little as on its own page, since its policy applies.
OF_SEEN_VERSION = (
    "EXISTS (SELECT 1 FROM casework_assessment a WHERE a.id = casework_assessedfact.assessment_id)"
)
SEEN_ISSUE = (
    "(issue_id IS NULL OR EXISTS (SELECT 1 FROM casework_issue i WHERE i.id = casework_assessedfact.issue_id"
    " AND i.case_id = casework_assessedfact.case_id AND i.item = casework_assessedfact.item"
    " AND i.person_id IS NOT DISTINCT FROM casework_assessedfact.person_id))"
)
# Where somebody works and who treats them lies in the vault while the household hides, and stood in the row before.
# As text, for a restored server to have the very words of the backup: PostgreSQL writes the cast of a list anew.
TELLS_NO_PLACE = (
    "(asked::text NOT IN ('occupation', 'doctor') OR NOT EXISTS (SELECT 1 FROM casework_concealment c"
    " WHERE c.case_id = casework_assessedfact.case_id"
    " AND NOT EXISTS (SELECT 1 FROM casework_lift l WHERE l.concealment_id = c.id)))"
)
