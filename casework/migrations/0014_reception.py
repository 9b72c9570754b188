"""Contacts as they come in by whatever way: kind, route, topics, check, drafts; calls and notices in an emergency."""

import django.db.models.deletion
import permissions.walls.clock
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0013_walls_of_codes'),
        ('marugoto_permissions', '0012_watch_sees_reviews'),
    ]

    operations = [
        migrations.CreateModel(
            name='ContactDraft',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('data', models.JSONField(default=dict)),
                ('revision', models.PositiveIntegerField(default=1)),
                ('begun_at', models.DateTimeField(default=permissions.walls.clock.ClockNow)),
                ('saved_at', models.DateTimeField(default=permissions.walls.clock.ClockNow)),
            ],
            options={
                'verbose_name': '書きかけの相談',
            },
        ),
        migrations.CreateModel(
            name='ContactTopic',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('topic', models.CharField(max_length=24, verbose_name='相談の内容')),
                ('is_primary', models.BooleanField(default=False, verbose_name='いちばん困っていること')),
            ],
            options={
                'verbose_name': '相談の内容',
            },
        ),
        migrations.CreateModel(
            name='EmergencyCall',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('whom', models.CharField(max_length=24, verbose_name='どこへ')),
                ('called_at', models.DateTimeField(verbose_name='連絡した日時')),
                ('outcome', models.CharField(max_length=500, verbose_name='どうなったか')),
                ('written_at', models.DateTimeField(default=permissions.walls.clock.ClockNow)),
            ],
            options={
                'verbose_name': '緊急の連絡',
            },
        ),
        migrations.CreateModel(
            name='NoticeReply',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('replied_at', models.DateTimeField(verbose_name='返事があった日時')),
                ('text', models.TextField(max_length=4000, verbose_name='返事の内容')),
                ('written_at', models.DateTimeField(default=permissions.walls.clock.ClockNow)),
            ],
            options={
                'verbose_name': '通告・通報への返事',
            },
        ),
        migrations.CreateModel(
            name='StatutoryNotice',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('law', models.CharField(choices=[('child', '児童虐待防止法6条（通告）'), ('elder', '高齢者虐待防止法7条（通報）'), ('disability', '障害者虐待防止法7条（通報）'), ('spouse', 'DV防止法6条（通報。本人の意思を尊重する）')], max_length=12, verbose_name='根拠の法律')),
                ('recipient', models.CharField(max_length=120, verbose_name='通告・通報した先')),
                ('noticed_at', models.DateTimeField(verbose_name='通告・通報した日時')),
                ('content', models.TextField(max_length=4000, verbose_name='伝えた内容')),
                ('written_at', models.DateTimeField(default=permissions.walls.clock.ClockNow)),
            ],
            options={
                'verbose_name': '通告・通報',
            },
        ),
        migrations.CreateModel(
            name='WithoutConsent',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('agency', models.CharField(max_length=120, verbose_name='情報を寄せた機関')),
                ('in_charge', models.CharField(max_length=60, verbose_name='担当者')),
                ('how_known', models.CharField(max_length=500, verbose_name='世帯をどのように知ったか')),
                ('why', models.CharField(max_length=24, verbose_name='同意がない理由')),
                ('tried', models.CharField(max_length=500, verbose_name='同意を得るために試したこと')),
                ('next_try', models.CharField(max_length=300, verbose_name='次にいつ、どのように試すか')),
                ('facts', models.TextField(max_length=2000, verbose_name='必要最小限の事実')),
                ('basis', models.CharField(max_length=24, verbose_name='法的根拠')),
                ('written_at', models.DateTimeField(default=permissions.walls.clock.ClockNow)),
            ],
            options={
                'verbose_name': '同意のない情報',
            },
        ),
        migrations.AddField(
            model_name='contact',
            name='checked_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='緊急の確認をした日時'),
        ),
        migrations.AddField(
            model_name='contact',
            name='is_informant_hidden',
            field=models.BooleanField(default=False, verbose_name='通報した人を明かさない'),
        ),
        migrations.AddField(
            model_name='contact',
            name='kind',
            field=models.CharField(choices=[('consultation', '本人・家族などの相談'), ('agency_case', '機関が持ちこんだ相談'), ('advice', '相談機関支援（だれのことかを言わない助言）')], default='consultation', max_length=16, verbose_name='だれのことか'),
        ),
        migrations.AddField(
            model_name='contact',
            name='referrer_name',
            field=models.CharField(blank=True, max_length=120, verbose_name='機関と担当者の名前'),
        ),
        migrations.AddField(
            model_name='contact',
            name='referrer_type',
            field=models.CharField(blank=True, max_length=24, verbose_name='機関の種類'),
        ),
        migrations.AddField(
            model_name='contact',
            name='route',
            field=models.CharField(default='not_asked', max_length=24, verbose_name='どのように来たか'),
        ),
        migrations.AddField(
            model_name='contact',
            name='signs',
            field=models.JSONField(blank=True, default=list, verbose_name='緊急の確認'),
        ),
        migrations.AddConstraint(
            model_name='contact',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['consultation', 'agency_case', 'advice'])), name='contact_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='contact',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'advice'), _negated=True), ('case__isnull', True), _connector='OR'), name='contact_advice_names_nobody'),
        ),
        migrations.AddConstraint(
            model_name='contact',
            constraint=models.CheckConstraint(condition=models.Q(('is_informant_hidden', False), models.Q(('referrer_name', ''), ('referrer_type', ''), ('reply_to', ''), ('speaker', 'unknown')), _connector='OR'), name='contact_hidden_informant_not_kept'),
        ),
        migrations.AddField(
            model_name='contactdraft',
            name='author',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marugoto_permissions.membership'),
        ),
        migrations.AddField(
            model_name='contacttopic',
            name='contact',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='topics', to='casework.contact'),
        ),
        migrations.AddField(
            model_name='emergencycall',
            name='called_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marugoto_permissions.membership', verbose_name='連絡した人'),
        ),
        migrations.AddField(
            model_name='emergencycall',
            name='contact',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='calls', to='casework.contact'),
        ),
        migrations.AddField(
            model_name='noticereply',
            name='written_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marugoto_permissions.membership'),
        ),
        migrations.AddField(
            model_name='statutorynotice',
            name='contact',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notices', to='casework.contact'),
        ),
        migrations.AddField(
            model_name='statutorynotice',
            name='noticed_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marugoto_permissions.membership', verbose_name='通告・通報した人'),
        ),
        migrations.AddField(
            model_name='noticereply',
            name='notice',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='replies', to='casework.statutorynotice'),
        ),
        migrations.AddField(
            model_name='withoutconsent',
            name='contact',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='without_consent', to='casework.contact'),
        ),
        migrations.AddField(
            model_name='withoutconsent',
            name='written_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marugoto_permissions.membership'),
        ),
        migrations.AddIndex(
            model_name='contactdraft',
            index=models.Index(fields=['author', 'saved_at'], name='contactdraft_author'),
        ),
        migrations.AddConstraint(
            model_name='contacttopic',
            constraint=models.UniqueConstraint(fields=('contact', 'topic'), name='contacttopic_once'),
        ),
        migrations.AddConstraint(
            model_name='contacttopic',
            constraint=models.UniqueConstraint(condition=models.Q(('is_primary', True)), fields=('contact',), name='contacttopic_one_primary'),
        ),
        migrations.AddIndex(
            model_name='emergencycall',
            index=models.Index(fields=['contact', 'called_at'], name='emergencycall_contact'),
        ),
        migrations.AddIndex(
            model_name='statutorynotice',
            index=models.Index(fields=['contact', 'noticed_at'], name='statutorynotice_contact'),
        ),
        migrations.AddConstraint(
            model_name='statutorynotice',
            constraint=models.CheckConstraint(condition=models.Q(('law__in', ['child', 'elder', 'disability', 'spouse'])), name='statutorynotice_law_known'),
        ),
        migrations.AddConstraint(
            model_name='withoutconsent',
            constraint=models.CheckConstraint(condition=models.Q(('basis__in', ('consent', '')), _negated=True), name='withoutconsent_basis'),
        ),
    ]
