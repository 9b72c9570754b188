"""Invitations, renewals and sessions."""

import django.db.models.deletion
import permissions.walls.clock
import uuid
from django.conf import settings
from django.db import migrations, models

FUNCTION = """
CREATE OR REPLACE FUNCTION wall_link() RETURNS text LANGUAGE sql STABLE
  AS $$ SELECT nullif(current_setting('marugoto.link', true), '') $$;
"""

WALLS = """
ALTER TABLE marugoto_permissions_invitation ENABLE ROW LEVEL SECURITY;
ALTER TABLE marugoto_permissions_invitation FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON marugoto_permissions_invitation;
CREATE POLICY wall_owner ON marugoto_permissions_invitation FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON marugoto_permissions_invitation;
CREATE POLICY wall_select ON marugoto_permissions_invitation FOR SELECT TO app_web USING ((agency_id = (select wall_agency()) AND (select wall_role()) = 'agency_admin') OR (select wall_role()) = 'sysadmin' OR token_hash = (select wall_link()) OR (select wall_job()) IN ('send_invitation', 'forget_invitations'));
DROP POLICY IF EXISTS wall_insert ON marugoto_permissions_invitation;
CREATE POLICY wall_insert ON marugoto_permissions_invitation FOR INSERT TO app_web WITH CHECK ((agency_id = (select wall_agency()) AND (select wall_role()) = 'agency_admin') OR (select wall_role()) = 'sysadmin');
DROP POLICY IF EXISTS wall_update ON marugoto_permissions_invitation;
CREATE POLICY wall_update ON marugoto_permissions_invitation FOR UPDATE TO app_web USING ((agency_id = (select wall_agency()) AND (select wall_role()) = 'agency_admin') OR (select wall_role()) = 'sysadmin' OR token_hash = (select wall_link()) OR (select wall_job()) IN ('send_invitation', 'forget_invitations')) WITH CHECK ((agency_id = (select wall_agency()) AND (select wall_role()) = 'agency_admin') OR (select wall_role()) = 'sysadmin' OR token_hash = (select wall_link()) OR (select wall_job()) IN ('send_invitation', 'forget_invitations'));
DROP POLICY IF EXISTS wall_delete ON marugoto_permissions_invitation;
CREATE POLICY wall_delete ON marugoto_permissions_invitation FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON marugoto_permissions_invitation FROM app_web;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("marugoto_permissions", "0002_walls"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Tally",
            fields=[
                ("key_hash", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("count", models.PositiveIntegerField(default=1)),
                ("ends_at", models.DateTimeField(db_index=True)),
            ],
            options={
                "verbose_name": "試された回数",
                "verbose_name_plural": "試された回数",
            },
        ),
        migrations.AddField(
            model_name="agency",
            name="renewal_reminded_on",
            field=models.DateField(editable=False, null=True, verbose_name="更新を知らせた日"),
        ),
        migrations.CreateModel(
            name="Session",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("key_hash", models.CharField(max_length=64, unique=True)),
                ("data", models.TextField()),
                (
                    "started_at",
                    models.DateTimeField(
                        default=permissions.walls.clock.ClockNow, verbose_name="ログインした日時"
                    ),
                ),
                (
                    "seen_at",
                    models.DateTimeField(
                        default=permissions.walls.clock.ClockNow, verbose_name="最後に使った日時"
                    ),
                ),
                (
                    "fresh_at",
                    models.DateTimeField(
                        default=permissions.walls.clock.ClockNow, verbose_name="最後に本人を確かめた日時"
                    ),
                ),
                ("expires_at", models.DateTimeField(db_index=True, verbose_name="期限")),
                ("agent", models.CharField(blank=True, max_length=200, verbose_name="ブラウザ")),
                ("network", models.GenericIPAddressField(null=True, verbose_name="接続元")),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="人",
                    ),
                ),
            ],
            options={
                "verbose_name": "ログイン",
                "verbose_name_plural": "ログイン",
            },
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("mail", "メールのリンク"), ("paper", "紙の番号")],
                        max_length=8,
                        verbose_name="渡し方",
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("reception", "受付・初回相談員"),
                            ("coordinator", "相談支援包括化推進員"),
                            ("chief", "センター長"),
                            ("outreach", "アウトリーチ支援員"),
                            ("participation", "参加支援コーディネーター"),
                            ("community", "地域づくり担当"),
                            ("agency_staff", "支援関係機関職員"),
                            ("agency_admin", "機関管理者"),
                            ("editor", "広報・ウェブ編集"),
                            ("privacy_officer", "個人情報保護担当"),
                            ("auditor", "監査"),
                            ("sysadmin", "運用管理"),
                        ],
                        max_length=24,
                        verbose_name="役割",
                    ),
                ),
                ("last_name", models.CharField(blank=True, max_length=40, verbose_name="姓")),
                ("first_name", models.CharField(blank=True, max_length=40, verbose_name="名")),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="メールアドレス")),
                (
                    "created_at",
                    models.DateTimeField(
                        default=permissions.walls.clock.ClockNow, verbose_name="招待した日時"
                    ),
                ),
                ("expires_at", models.DateTimeField(verbose_name="期限")),
                ("used_at", models.DateTimeField(null=True, verbose_name="使われた日時")),
                ("revoked_at", models.DateTimeField(null=True, verbose_name="取り消した日時")),
                ("token_hash", models.CharField(max_length=64, null=True, unique=True)),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="marugoto_permissions.agency",
                        verbose_name="機関",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="招待した人",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="人",
                    ),
                ),
            ],
            options={
                "verbose_name": "招待",
                "verbose_name_plural": "招待",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "paper"), _negated=True),
                            ("user__isnull", False),
                            _connector="OR",
                        ),
                        name="invitation_paper_names_its_user",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("created_at"))),
                        name="invitation_in_order",
                    ),
                ],
            },
        ),
        migrations.RunSQL(FUNCTION, "DROP FUNCTION wall_link()"),
        migrations.RunSQL(WALLS, migrations.RunSQL.noop),
    ]
