"""An entry of a plan names the service that it uses, and the decided plans of a month are counted by it. Entries that stand name none.

Going back fails once an entry says nothing but its service. The text is frozen; a test compares it.
"""

from importlib import import_module

from django.db import migrations, models
from django.db.models import Q

# ruff: noqa: E501
TRIGGERS = """
CREATE TRIGGER known_service_added AFTER INSERT ON casework_planpart FOR EACH ROW WHEN (NEW.service <> '') EXECUTE FUNCTION casework_known_code('service', 'service');
CREATE TRIGGER known_service_changed AFTER UPDATE ON casework_planpart FOR EACH ROW WHEN (NEW.service <> '' AND NEW.service <> OLD.service) EXECUTE FUNCTION casework_known_code('service', 'service');
"""
NO_TRIGGERS = """
DROP TRIGGER known_service_added ON casework_planpart;
DROP TRIGGER known_service_changed ON casework_planpart;
"""
COUNTED_BEFORE = import_module("casework.migrations.0097_ends_of_all_roles").COUNTED
_FLOW, _ROWS = "(SELECT k.flow FROM casework_case k WHERE k.id = p.case_id)))", ") AS groups FROM casework_plandecision p"
_SERVICES = (
    ", 'service', to_jsonb(ARRAY(SELECT x.service FROM casework_planpart x WHERE x.plan_id = v.id AND x.service <> ''"
    " UNION SELECT r.service FROM casework_planrole r WHERE r.plan_id = v.id AND r.service <> '' ORDER BY 1))"
)
COUNTED = COUNTED_BEFORE.replace(_FLOW + _ROWS, _FLOW + _SERVICES + _ROWS)


class Migration(migrations.Migration):

    dependencies = [("casework", "0100_papers_of_plans")]

    operations = [
        migrations.AddField(
            model_name="planpart",
            name="service",
            field=models.CharField(blank=True, max_length=24, verbose_name="サービス・事業"),
        ),
        migrations.AlterField(
            model_name="planpart",
            name="text",
            field=models.TextField(blank=True, max_length=1000, verbose_name="内容"),
        ),
        migrations.RemoveConstraint(model_name="planpart", name="planpart_says_something"),
        migrations.AddConstraint(
            model_name="planpart",
            constraint=models.CheckConstraint(
                condition=Q(("text", ""), _negated=True) | Q(("service", ""), _negated=True), name="planpart_says_something"
            ),
        ),
        migrations.AddConstraint(
            model_name="planpart",
            constraint=models.CheckConstraint(
                condition=Q(("service", ""), ("section", "service"), _connector="OR"), name="planpart_service_in_its_block"
            ),
        ),
        migrations.RunSQL(TRIGGERS, NO_TRIGGERS, elidable=False),
        migrations.RunSQL(COUNTED, COUNTED_BEFORE, elidable=False),
    ]
