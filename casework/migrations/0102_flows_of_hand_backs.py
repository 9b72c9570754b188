"""Hand-backs are counted by the flow in which the case was handed on. The text is frozen; a test compares it."""

from importlib import import_module

from django.db import migrations

# ruff: noqa: E501
COUNTED_BEFORE = import_module("casework.migrations.0101_services_of_plans").COUNTED
_REASON = "'reason', jsonb_build_array(a.reason)"
_ANSWERS, _RETURNED = ") AS groups FROM casework_referralanswer a", " WHERE a.kind = 'returned'"
_FLOW = (
    ", 'flow', jsonb_build_array(coalesce((SELECT n.before ->> 'flow' FROM casework_caseevent n WHERE n.case_id = r.case_id"
    " AND n.verb = 'stage_changed' AND n.at > r.sent_at ORDER BY n.at, n.id LIMIT 1),"
    " (SELECT k.flow FROM casework_case k WHERE k.id = r.case_id)))"
)
COUNTED = COUNTED_BEFORE.replace(
    _REASON + _ANSWERS + _RETURNED,
    _REASON + _FLOW + _ANSWERS + " JOIN casework_referral r ON r.id = a.referral_id" + _RETURNED,
)


class Migration(migrations.Migration):

    dependencies = [("casework", "0101_services_of_plans")]

    operations = [
        migrations.RunSQL(COUNTED, COUNTED_BEFORE, elidable=False),
    ]
