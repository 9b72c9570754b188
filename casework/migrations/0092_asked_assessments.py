"""The center asks an agency for its part of an assessment, with its wall. The text is frozen; a test compares it."""

import django.db.models.deletion
import permissions.walls.clock
import uuid
from django.db import migrations, models

# ruff: noqa: E501
WALL = """
ALTER TABLE casework_assessmentrequest ADD CONSTRAINT casework_assessmentrequest_id_case UNIQUE (id, case_id);
ALTER TABLE casework_assessmentrequestend ADD CONSTRAINT casework_assessmentrequestend_of_request FOREIGN KEY (request_id, case_id)
  REFERENCES casework_assessmentrequest (id, case_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE casework_assessmentrequest ADD CONSTRAINT casework_assessmentrequest_person_of_case FOREIGN KEY (person_id, case_id) REFERENCES casework_person (id, case_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE casework_assessmentrequest ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_assessmentrequest FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_assessmentrequest;
CREATE POLICY wall_owner ON casework_assessmentrequest FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_assessmentrequest;
CREATE POLICY wall_select ON casework_assessmentrequest FOR SELECT TO app_web USING (((select wall_center()) OR EXISTS (SELECT 1 FROM casework_shareline l WHERE l.case_id = casework_assessmentrequest.case_id AND l.item = casework_assessmentrequest.item AND l.person_id IS NOT DISTINCT FROM casework_assessmentrequest.person_id AND l.agency_id = (select wall_reader()) AND l.ended_at IS NULL AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now()))) AND NOT (casework_assessmentrequest.case_id = ANY ((select wall_blocked())::uuid[])) AND ((select wall_center()) OR agency_id = (select wall_reader())) AND NOT (casework_assessmentrequest.id = ANY ((select wall_hidden())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_assessmentrequest;
CREATE POLICY wall_insert ON casework_assessmentrequest FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_assessmentrequest.case_id = ANY ((select wall_blocked())::uuid[])) AND asked_by_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL AND EXISTS (SELECT 1 FROM casework_shareline l WHERE l.case_id = casework_assessmentrequest.case_id AND l.item = casework_assessmentrequest.item AND l.person_id IS NOT DISTINCT FROM casework_assessmentrequest.person_id AND l.agency_id = casework_assessmentrequest.agency_id AND l.ended_at IS NULL AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now())));
DROP POLICY IF EXISTS wall_update ON casework_assessmentrequest;
CREATE POLICY wall_update ON casework_assessmentrequest FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_assessmentrequest;
CREATE POLICY wall_delete ON casework_assessmentrequest FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_assessmentrequest FROM app_web;
REVOKE UPDATE, DELETE ON casework_assessmentrequest FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_assessmentrequest;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_assessmentrequest FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();

ALTER TABLE casework_assessmentrequestend ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_assessmentrequestend FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_assessmentrequestend;
CREATE POLICY wall_owner ON casework_assessmentrequestend FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_assessmentrequestend;
CREATE POLICY wall_select ON casework_assessmentrequestend FOR SELECT TO app_web USING (EXISTS (SELECT 1 FROM casework_assessmentrequest r WHERE r.id = casework_assessmentrequestend.request_id) AND NOT (case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_assessmentrequestend;
CREATE POLICY wall_insert ON casework_assessmentrequestend FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_assessmentrequestend.case_id = ANY ((select wall_blocked())::uuid[])) AND ended_by_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL AND EXISTS (SELECT 1 FROM casework_assessmentrequest r WHERE r.id = casework_assessmentrequestend.request_id));
DROP POLICY IF EXISTS wall_update ON casework_assessmentrequestend;
CREATE POLICY wall_update ON casework_assessmentrequestend FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_assessmentrequestend;
CREATE POLICY wall_delete ON casework_assessmentrequestend FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_assessmentrequestend FROM app_web;
REVOKE UPDATE, DELETE ON casework_assessmentrequestend FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_assessmentrequestend;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_assessmentrequestend FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();
ALTER TABLE casework_notification ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_notification FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_notification;
CREATE POLICY wall_owner ON casework_notification FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_notification;
CREATE POLICY wall_select ON casework_notification FOR SELECT TO app_web USING (membership_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL AND (CASE WHEN contact_id IS NOT NULL THEN EXISTS (SELECT 1 FROM casework_contact s WHERE s.id = casework_notification.contact_id) WHEN referral_id IS NOT NULL THEN EXISTS (SELECT 1 FROM casework_referral s WHERE s.id = casework_notification.referral_id) WHEN role_id IS NOT NULL THEN EXISTS (SELECT 1 FROM casework_rolerow s WHERE s.id = casework_notification.role_id) WHEN case_id IS NOT NULL THEN EXISTS (SELECT 1 FROM casework_case s WHERE s.id = casework_notification.case_id) WHEN recall_id IS NOT NULL THEN EXISTS (SELECT 1 FROM casework_recall s WHERE s.id = casework_notification.recall_id) WHEN consent_id IS NOT NULL THEN EXISTS (SELECT 1 FROM casework_consent s WHERE s.id = casework_notification.consent_id) WHEN task_id IS NOT NULL THEN EXISTS (SELECT 1 FROM casework_task s WHERE s.id = casework_notification.task_id) WHEN meeting_id IS NOT NULL THEN EXISTS (SELECT 1 FROM casework_meeting s WHERE s.id = casework_notification.meeting_id) WHEN request_id IS NOT NULL THEN EXISTS (SELECT 1 FROM casework_assessmentrequest s WHERE s.id = casework_notification.request_id) ELSE false END));
DROP POLICY IF EXISTS wall_insert ON casework_notification;
CREATE POLICY wall_insert ON casework_notification FOR INSERT TO app_web WITH CHECK ((CASE WHEN contact_id IS NOT NULL THEN EXISTS (SELECT 1 FROM casework_contact s WHERE s.id = casework_notification.contact_id) WHEN referral_id IS NOT NULL THEN EXISTS (SELECT 1 FROM casework_referral s WHERE s.id = casework_notification.referral_id) WHEN role_id IS NOT NULL THEN EXISTS (SELECT 1 FROM casework_rolerow s WHERE s.id = casework_notification.role_id) WHEN case_id IS NOT NULL THEN EXISTS (SELECT 1 FROM casework_case s WHERE s.id = casework_notification.case_id) WHEN recall_id IS NOT NULL THEN EXISTS (SELECT 1 FROM casework_recall s WHERE s.id = casework_notification.recall_id) WHEN consent_id IS NOT NULL THEN EXISTS (SELECT 1 FROM casework_consent s WHERE s.id = casework_notification.consent_id) WHEN task_id IS NOT NULL THEN EXISTS (SELECT 1 FROM casework_task s WHERE s.id = casework_notification.task_id) WHEN meeting_id IS NOT NULL THEN EXISTS (SELECT 1 FROM casework_meeting s WHERE s.id = casework_notification.meeting_id) WHEN request_id IS NOT NULL THEN EXISTS (SELECT 1 FROM casework_assessmentrequest s WHERE s.id = casework_notification.request_id) ELSE false END));
DROP POLICY IF EXISTS wall_update ON casework_notification;
CREATE POLICY wall_update ON casework_notification FOR UPDATE TO app_web USING (membership_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL) WITH CHECK (membership_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL);
DROP POLICY IF EXISTS wall_delete ON casework_notification;
CREATE POLICY wall_delete ON casework_notification FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_notification FROM app_web;
"""
BACK = """
ALTER TABLE casework_notification ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_notification FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_notification;
CREATE POLICY wall_owner ON casework_notification FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_notification;
CREATE POLICY wall_select ON casework_notification FOR SELECT TO app_web USING (membership_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL AND (CASE WHEN contact_id IS NOT NULL THEN EXISTS (SELECT 1 FROM casework_contact s WHERE s.id = casework_notification.contact_id) WHEN referral_id IS NOT NULL THEN EXISTS (SELECT 1 FROM casework_referral s WHERE s.id = casework_notification.referral_id) WHEN role_id IS NOT NULL THEN EXISTS (SELECT 1 FROM casework_rolerow s WHERE s.id = casework_notification.role_id) WHEN case_id IS NOT NULL THEN EXISTS (SELECT 1 FROM casework_case s WHERE s.id = casework_notification.case_id) WHEN recall_id IS NOT NULL THEN EXISTS (SELECT 1 FROM casework_recall s WHERE s.id = casework_notification.recall_id) WHEN consent_id IS NOT NULL THEN EXISTS (SELECT 1 FROM casework_consent s WHERE s.id = casework_notification.consent_id) WHEN task_id IS NOT NULL THEN EXISTS (SELECT 1 FROM casework_task s WHERE s.id = casework_notification.task_id) WHEN meeting_id IS NOT NULL THEN EXISTS (SELECT 1 FROM casework_meeting s WHERE s.id = casework_notification.meeting_id) ELSE false END));
DROP POLICY IF EXISTS wall_insert ON casework_notification;
CREATE POLICY wall_insert ON casework_notification FOR INSERT TO app_web WITH CHECK ((CASE WHEN contact_id IS NOT NULL THEN EXISTS (SELECT 1 FROM casework_contact s WHERE s.id = casework_notification.contact_id) WHEN referral_id IS NOT NULL THEN EXISTS (SELECT 1 FROM casework_referral s WHERE s.id = casework_notification.referral_id) WHEN role_id IS NOT NULL THEN EXISTS (SELECT 1 FROM casework_rolerow s WHERE s.id = casework_notification.role_id) WHEN case_id IS NOT NULL THEN EXISTS (SELECT 1 FROM casework_case s WHERE s.id = casework_notification.case_id) WHEN recall_id IS NOT NULL THEN EXISTS (SELECT 1 FROM casework_recall s WHERE s.id = casework_notification.recall_id) WHEN consent_id IS NOT NULL THEN EXISTS (SELECT 1 FROM casework_consent s WHERE s.id = casework_notification.consent_id) WHEN task_id IS NOT NULL THEN EXISTS (SELECT 1 FROM casework_task s WHERE s.id = casework_notification.task_id) WHEN meeting_id IS NOT NULL THEN EXISTS (SELECT 1 FROM casework_meeting s WHERE s.id = casework_notification.meeting_id) ELSE false END));
DROP POLICY IF EXISTS wall_update ON casework_notification;
CREATE POLICY wall_update ON casework_notification FOR UPDATE TO app_web USING (membership_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL) WITH CHECK (membership_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL);
DROP POLICY IF EXISTS wall_delete ON casework_notification;
CREATE POLICY wall_delete ON casework_notification FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_notification FROM app_web;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0091_sheets_of_assessments"),
        ("marugoto_permissions", "0013_on_duty"),
    ]

    operations = [
        migrations.CreateModel(
            name="AssessmentRequest",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "item",
                    models.CharField(
                        choices=[
                            ("basic", "基本情報"),
                            ("contact", "連絡先"),
                            ("health", "健康"),
                            ("money", "お金"),
                            ("history", "これまでの経過"),
                            ("assessment", "アセスメント"),
                            ("plan", "支援方針"),
                            ("roles", "役割分担"),
                            ("meeting", "会議"),
                            ("referral", "つなぎ票"),
                        ],
                        max_length=12,
                        verbose_name="項目",
                    ),
                ),
                (
                    "section",
                    models.CharField(
                        choices=[
                            ("voice", "本人の思い・困りごと"),
                            ("family", "家族・人とのつながり"),
                            ("home", "住まい・暮らし"),
                            ("health", "健康・障害"),
                            ("money", "お金のこと"),
                            ("work", "仕事・学び"),
                            ("history", "これまでの経過・相談歴"),
                            ("strength", "強み・支え"),
                            ("view", "見立て"),
                        ],
                        max_length=12,
                        verbose_name="欄",
                    ),
                ),
                ("until_on", models.DateField(verbose_name="いつまでに")),
                ("words", models.CharField(blank=True, max_length=300, verbose_name="知りたいこと")),
                ("asked_at", models.DateTimeField(default=permissions.walls.clock.ClockNow)),
            ],
            options={
                "verbose_name": "アセスメントの依頼",
            },
        ),
        migrations.CreateModel(
            name="AssessmentRequestEnd",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("ended_at", models.DateTimeField(default=permissions.walls.clock.ClockNow)),
            ],
            options={
                "verbose_name": "アセスメントの依頼の取り下げ",
            },
        ),
        migrations.RemoveConstraint(
            model_name="notification",
            name="notification_one_subject",
        ),
        migrations.RemoveConstraint(
            model_name="notification",
            name="notification_kind_known",
        ),
        # Nobody is told of these before: what was told of them goes.
        migrations.RunSQL(
            migrations.RunSQL.noop,
            "DELETE FROM casework_notification WHERE kind IN ('assessment', 'assess_answer', 'assess_late')",
            elidable=False,
        ),
        migrations.AlterField(
            model_name="notification",
            name="kind",
            field=models.CharField(
                choices=[
                    ("contact", "新しい相談が届きました"),
                    ("referral", "つなぎが届きました"),
                    ("referral_answer", "つなぎに返事がありました"),
                    ("referral_late", "つなぎへの返事が遅れています"),
                    ("role", "役割が決まりました"),
                    ("role_ended", "役割が、新しい決定で変わったか、終わりました"),
                    ("role_answer", "役割に回答がありました"),
                    ("role_late", "役割への回答がまだありません"),
                    ("role_overdue", "引き受けた役割の期限が来たか、過ぎています"),
                    ("assessment", "アセスメントを頼まれました"),
                    ("assess_answer", "頼んだアセスメントが書かれました"),
                    ("assess_late", "頼んだアセスメントがまだ書かれていません"),
                    ("task", "することを頼まれました"),
                    ("deadline", "期限が近いか、過ぎています"),
                    ("consent", "同意が記録されたか、撤回されました"),
                    ("share", "共有が始まりました"),
                    ("recall", "共有が終わりました"),
                    ("holder", "担当が変わりました"),
                    ("meeting", "会議に招かれたか、会議の予定が変わりました"),
                    ("papers", "会議の資料を見られるようになりました"),
                    ("agenda_left", "会議の議題が変わりました"),
                ],
                max_length=16,
                verbose_name="種類",
            ),
        ),
        migrations.AddField(
            model_name="assessmentrequest",
            name="agency",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="marugoto_permissions.agency",
                verbose_name="頼む機関",
            ),
        ),
        migrations.AddField(
            model_name="assessmentrequest",
            name="asked_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="marugoto_permissions.membership",
            ),
        ),
        migrations.AddField(
            model_name="assessmentrequest",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="casework.case"
            ),
        ),
        migrations.AddField(
            model_name="assessmentrequest",
            name="person",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="casework.person",
            ),
        ),
        migrations.AddField(
            model_name="notification",
            name="request",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="casework.assessmentrequest",
            ),
        ),
        migrations.AddConstraint(
            model_name="notification",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("case__isnull", True),
                        ("consent__isnull", True),
                        ("contact__isnull", False),
                        ("meeting__isnull", True),
                        ("recall__isnull", True),
                        ("referral__isnull", True),
                        ("request__isnull", True),
                        ("role__isnull", True),
                        ("task__isnull", True),
                    ),
                    models.Q(
                        ("case__isnull", True),
                        ("consent__isnull", True),
                        ("contact__isnull", True),
                        ("meeting__isnull", True),
                        ("recall__isnull", True),
                        ("referral__isnull", False),
                        ("request__isnull", True),
                        ("role__isnull", True),
                        ("task__isnull", True),
                    ),
                    models.Q(
                        ("case__isnull", True),
                        ("consent__isnull", True),
                        ("contact__isnull", True),
                        ("meeting__isnull", True),
                        ("recall__isnull", True),
                        ("referral__isnull", True),
                        ("request__isnull", True),
                        ("role__isnull", False),
                        ("task__isnull", True),
                    ),
                    models.Q(
                        ("case__isnull", False),
                        ("consent__isnull", True),
                        ("contact__isnull", True),
                        ("meeting__isnull", True),
                        ("recall__isnull", True),
                        ("referral__isnull", True),
                        ("request__isnull", True),
                        ("role__isnull", True),
                        ("task__isnull", True),
                    ),
                    models.Q(
                        ("case__isnull", True),
                        ("consent__isnull", True),
                        ("contact__isnull", True),
                        ("meeting__isnull", True),
                        ("recall__isnull", False),
                        ("referral__isnull", True),
                        ("request__isnull", True),
                        ("role__isnull", True),
                        ("task__isnull", True),
                    ),
                    models.Q(
                        ("case__isnull", True),
                        ("consent__isnull", False),
                        ("contact__isnull", True),
                        ("meeting__isnull", True),
                        ("recall__isnull", True),
                        ("referral__isnull", True),
                        ("request__isnull", True),
                        ("role__isnull", True),
                        ("task__isnull", True),
                    ),
                    models.Q(
                        ("case__isnull", True),
                        ("consent__isnull", True),
                        ("contact__isnull", True),
                        ("meeting__isnull", True),
                        ("recall__isnull", True),
                        ("referral__isnull", True),
                        ("request__isnull", True),
                        ("role__isnull", True),
                        ("task__isnull", False),
                    ),
                    models.Q(
                        ("case__isnull", True),
                        ("consent__isnull", True),
                        ("contact__isnull", True),
                        ("meeting__isnull", False),
                        ("recall__isnull", True),
                        ("referral__isnull", True),
                        ("request__isnull", True),
                        ("role__isnull", True),
                        ("task__isnull", True),
                    ),
                    models.Q(
                        ("case__isnull", True),
                        ("consent__isnull", True),
                        ("contact__isnull", True),
                        ("meeting__isnull", True),
                        ("recall__isnull", True),
                        ("referral__isnull", True),
                        ("request__isnull", False),
                        ("role__isnull", True),
                        ("task__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="notification_one_subject",
            ),
        ),
        migrations.AddConstraint(
            model_name="notification",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "contact",
                            "referral",
                            "referral_answer",
                            "referral_late",
                            "role",
                            "role_ended",
                            "role_answer",
                            "role_late",
                            "role_overdue",
                            "assessment",
                            "assess_answer",
                            "assess_late",
                            "task",
                            "deadline",
                            "consent",
                            "share",
                            "recall",
                            "holder",
                            "meeting",
                            "papers",
                            "agenda_left",
                        ],
                    )
                ),
                name="notification_kind_known",
            ),
        ),
        migrations.AddField(
            model_name="assessmentrequestend",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="casework.case"
            ),
        ),
        migrations.AddField(
            model_name="assessmentrequestend",
            name="ended_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="marugoto_permissions.membership",
            ),
        ),
        migrations.AddField(
            model_name="assessmentrequestend",
            name="request",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="end",
                to="casework.assessmentrequest",
            ),
        ),
        migrations.AddIndex(
            model_name="assessmentrequest",
            index=models.Index(fields=["case", "until_on"], name="assessmentrequest_case"),
        ),
        migrations.AddConstraint(
            model_name="assessmentrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("item", "assessment"),
                        models.Q(("section__in", ["health", "history", "money"]), _negated=True),
                    ),
                    models.Q(("item", "health"), ("section", "health")),
                    models.Q(("item", "history"), ("section", "history")),
                    models.Q(("item", "money"), ("section", "money")),
                    _connector="OR",
                ),
                name="assessmentrequest_label",
            ),
        ),
        migrations.AddConstraint(
            model_name="assessmentrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "section__in",
                        ["voice", "family", "home", "health", "money", "work", "history", "strength", "view"],
                    )
                ),
                name="assessmentrequest_section_known",
            ),
        ),
        migrations.RunSQL(WALL, BACK, elidable=False),
    ]
