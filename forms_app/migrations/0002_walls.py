"""The walls of this app. The text is frozen; a test compares it with forms_app/walls.py."""

from django.db import migrations


def build(apps, schema_editor):
    for statement in (WALLS, COLUMNS, LIBRARY):
        schema_editor.execute(statement, params=None)


WALLS = """
ALTER TABLE forms_app_consultationform ENABLE ROW LEVEL SECURITY;
ALTER TABLE forms_app_consultationform FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON forms_app_consultationform;
CREATE POLICY wall_owner ON forms_app_consultationform FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON forms_app_consultationform;
CREATE POLICY wall_select ON forms_app_consultationform FOR SELECT TO app_web USING (owner_agency_id = (select wall_agency()) OR (select wall_job()) = 'publish_scheduled' OR (first_published_at IS NOT NULL AND ((select wall_role()) IN ('editor')) IS NOT TRUE));
DROP POLICY IF EXISTS wall_insert ON forms_app_consultationform;
CREATE POLICY wall_insert ON forms_app_consultationform FOR INSERT TO app_web WITH CHECK (owner_agency_id = (select wall_agency()) AND (select wall_role()) IN ('editor'));
DROP POLICY IF EXISTS wall_update ON forms_app_consultationform;
CREATE POLICY wall_update ON forms_app_consultationform FOR UPDATE TO app_web USING ((owner_agency_id = (select wall_agency()) AND (select wall_role()) IN ('editor')) OR (select wall_job()) = 'publish_scheduled') WITH CHECK ((owner_agency_id = (select wall_agency()) AND (select wall_role()) IN ('editor')) OR (select wall_job()) = 'publish_scheduled');
DROP POLICY IF EXISTS wall_delete ON forms_app_consultationform;
CREATE POLICY wall_delete ON forms_app_consultationform FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON forms_app_consultationform FROM app_web;

ALTER TABLE forms_app_formrevision ENABLE ROW LEVEL SECURITY;
ALTER TABLE forms_app_formrevision FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON forms_app_formrevision;
CREATE POLICY wall_owner ON forms_app_formrevision FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON forms_app_formrevision;
CREATE POLICY wall_select ON forms_app_formrevision FOR SELECT TO app_web USING (true);
DROP POLICY IF EXISTS wall_insert ON forms_app_formrevision;
CREATE POLICY wall_insert ON forms_app_formrevision FOR INSERT TO app_web WITH CHECK ((select wall_job()) = 'publish_scheduled' OR form_id IN (SELECT id FROM forms_app_consultationform WHERE owner_agency_id = (select wall_agency()) AND (select wall_role()) IN ('editor')));
DROP POLICY IF EXISTS wall_update ON forms_app_formrevision;
CREATE POLICY wall_update ON forms_app_formrevision FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON forms_app_formrevision;
CREATE POLICY wall_delete ON forms_app_formrevision FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON forms_app_formrevision FROM app_web;
REVOKE UPDATE, DELETE ON forms_app_formrevision FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON forms_app_formrevision;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON forms_app_formrevision FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();

ALTER TABLE forms_app_receipt ENABLE ROW LEVEL SECURITY;
ALTER TABLE forms_app_receipt FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON forms_app_receipt;
CREATE POLICY wall_owner ON forms_app_receipt FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON forms_app_receipt;
CREATE POLICY wall_select ON forms_app_receipt FOR SELECT TO app_web USING (reference_hash = (select wall_receipt()) OR (select wall_job()) = 'deliver_submissions' OR ((select wall_role()) IN ('chief', 'coordinator', 'reception') AND (destination_agency_id = (select wall_agency()) OR ((select wall_center()) AND destination_agency_id IN (SELECT id FROM marugoto_permissions_agency WHERE is_center)))));
DROP POLICY IF EXISTS wall_insert ON forms_app_receipt;
CREATE POLICY wall_insert ON forms_app_receipt FOR INSERT TO app_web WITH CHECK (form_id::text = (select wall_form()));
DROP POLICY IF EXISTS wall_update ON forms_app_receipt;
CREATE POLICY wall_update ON forms_app_receipt FOR UPDATE TO app_web USING ((select wall_role()) IN ('chief', 'coordinator', 'reception') AND (destination_agency_id = (select wall_agency()) OR ((select wall_center()) AND destination_agency_id IN (SELECT id FROM marugoto_permissions_agency WHERE is_center)))) WITH CHECK ((select wall_role()) IN ('chief', 'coordinator', 'reception') AND (destination_agency_id = (select wall_agency()) OR ((select wall_center()) AND destination_agency_id IN (SELECT id FROM marugoto_permissions_agency WHERE is_center))));
DROP POLICY IF EXISTS wall_delete ON forms_app_receipt;
CREATE POLICY wall_delete ON forms_app_receipt FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON forms_app_receipt FROM app_web;

ALTER TABLE forms_app_submission ENABLE ROW LEVEL SECURITY;
ALTER TABLE forms_app_submission FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON forms_app_submission;
CREATE POLICY wall_owner ON forms_app_submission FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON forms_app_submission;
CREATE POLICY wall_select ON forms_app_submission FOR SELECT TO app_web USING ((select wall_job()) = 'deliver_submissions' OR ((select wall_role()) IN ('chief', 'coordinator', 'reception') AND (destination_agency_id = (select wall_agency()) OR ((select wall_center()) AND destination_agency_id IN (SELECT id FROM marugoto_permissions_agency WHERE is_center)))));
DROP POLICY IF EXISTS wall_insert ON forms_app_submission;
CREATE POLICY wall_insert ON forms_app_submission FOR INSERT TO app_web WITH CHECK (form_id::text = (select wall_form()));
DROP POLICY IF EXISTS wall_update ON forms_app_submission;
CREATE POLICY wall_update ON forms_app_submission FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON forms_app_submission;
CREATE POLICY wall_delete ON forms_app_submission FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON forms_app_submission FROM app_web;
REVOKE UPDATE, DELETE ON forms_app_submission FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON forms_app_submission;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON forms_app_submission FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();

ALTER TABLE forms_app_answer ENABLE ROW LEVEL SECURITY;
ALTER TABLE forms_app_answer FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON forms_app_answer;
CREATE POLICY wall_owner ON forms_app_answer FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON forms_app_answer;
CREATE POLICY wall_select ON forms_app_answer FOR SELECT TO app_web USING (submission_id IN (SELECT id FROM forms_app_submission));
DROP POLICY IF EXISTS wall_insert ON forms_app_answer;
CREATE POLICY wall_insert ON forms_app_answer FOR INSERT TO app_web WITH CHECK ((select wall_form()) IS NOT NULL);
DROP POLICY IF EXISTS wall_update ON forms_app_answer;
CREATE POLICY wall_update ON forms_app_answer FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON forms_app_answer;
CREATE POLICY wall_delete ON forms_app_answer FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON forms_app_answer FROM app_web;
REVOKE UPDATE, DELETE ON forms_app_answer FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON forms_app_answer;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON forms_app_answer FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();

ALTER TABLE forms_app_message ENABLE ROW LEVEL SECURITY;
ALTER TABLE forms_app_message FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON forms_app_message;
CREATE POLICY wall_owner ON forms_app_message FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON forms_app_message;
CREATE POLICY wall_select ON forms_app_message FOR SELECT TO app_web USING (receipt_id IN (SELECT id FROM forms_app_receipt));
DROP POLICY IF EXISTS wall_insert ON forms_app_message;
CREATE POLICY wall_insert ON forms_app_message FOR INSERT TO app_web WITH CHECK (receipt_id IN (SELECT id FROM forms_app_receipt) AND (author = 'citizen' AND (select wall_receipt()) IS NOT NULL OR author = 'center' AND written_by_id = (select wall_person())));
DROP POLICY IF EXISTS wall_update ON forms_app_message;
CREATE POLICY wall_update ON forms_app_message FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON forms_app_message;
CREATE POLICY wall_delete ON forms_app_message FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON forms_app_message FROM app_web;
REVOKE UPDATE, DELETE ON forms_app_message FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON forms_app_message;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON forms_app_message FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();

ALTER TABLE forms_app_outboxrow ENABLE ROW LEVEL SECURITY;
ALTER TABLE forms_app_outboxrow FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON forms_app_outboxrow;
CREATE POLICY wall_owner ON forms_app_outboxrow FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON forms_app_outboxrow;
CREATE POLICY wall_select ON forms_app_outboxrow FOR SELECT TO app_web USING ((select wall_job()) = 'deliver_submissions' OR submission_id IN (SELECT id FROM forms_app_submission));
DROP POLICY IF EXISTS wall_insert ON forms_app_outboxrow;
CREATE POLICY wall_insert ON forms_app_outboxrow FOR INSERT TO app_web WITH CHECK ((select wall_form()) IS NOT NULL);
DROP POLICY IF EXISTS wall_update ON forms_app_outboxrow;
CREATE POLICY wall_update ON forms_app_outboxrow FOR UPDATE TO app_web USING ((select wall_job()) = 'deliver_submissions') WITH CHECK ((select wall_job()) = 'deliver_submissions');
DROP POLICY IF EXISTS wall_delete ON forms_app_outboxrow;
CREATE POLICY wall_delete ON forms_app_outboxrow FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON forms_app_outboxrow FROM app_web;
"""

# Who may update a row may update its state and nothing else of it.
COLUMNS = """
REVOKE UPDATE ON forms_app_receipt, forms_app_outboxrow FROM app_web;
GRANT UPDATE (read_at, assigned_at, contacted_at) ON forms_app_receipt TO app_web;
GRANT UPDATE (taken_at, attempts, last_error, next_try_at, alarmed_at) ON forms_app_outboxrow TO app_web;
"""

# wagtailstreamforms' own storage stays empty (its screens are closed in forms_app/builder/urls.py).
LIBRARY = """
REVOKE INSERT, UPDATE ON wagtailstreamforms_form, wagtailstreamforms_formsubmission,
  wagtailstreamforms_formsubmissionfile FROM app_web;
-- Deleting a page clears this column of the (empty) table; without the right no editor could delete a page.
GRANT UPDATE (post_redirect_page_id) ON wagtailstreamforms_form TO app_web;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("forms_app", "0001_models"),
        ("marugoto_permissions", "0002_walls"),
        ("wagtailstreamforms", "0003_alter_form_fields"),
    ]

    # Taking the walls down again would show everything to everybody: not offered.
    operations = [migrations.RunPython(build)]
