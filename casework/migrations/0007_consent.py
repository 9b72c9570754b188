"""Consents; why lines end, apart from the lines; what agencies are told and answer."""

import django.db.models.deletion
import permissions.walls.clock
import uuid
from django.db import migrations, models


# Why lines ended is kept where their agencies do not read it.
KEEP_REASONS = """
INSERT INTO casework_lineend (id, line_id, case_id, cause, reason)
SELECT gen_random_uuid(), id, case_id, 'decided', end_reason FROM casework_shareline WHERE ended_at IS NOT NULL;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0006_break_glass'),
        ('marugoto_permissions', '0012_watch_sees_reviews'),
    ]

    operations = [
        migrations.CreateModel(
            name='Consent',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('number', models.CharField(max_length=20, unique=True, verbose_name='同意の番号')),
                ('answer', models.CharField(choices=[('given', '同意する'), ('pending', '説明を聞き、まだ決めていない'), ('refused', '同意しない')], max_length=8, verbose_name='返事')),
                ('giver', models.CharField(choices=[('self', '本人'), ('legal', '法定代理人（親権者など）'), ('guardian', '成年後見人・保佐人・補助人'), ('scribe', '本人の意思を家族が代筆')], max_length=12, verbose_name='だれが答えたか')),
                ('giver_name', models.CharField(blank=True, max_length=100, verbose_name='答えた人の氏名')),
                ('explained_on', models.DateField(verbose_name='説明した日')),
                ('method', models.CharField(choices=[('written', '書面'), ('oral', '口頭（職員2人で記録）'), ('electronic', '電子（署名・フォーム）'), ('proxy', '代筆')], max_length=12, verbose_name='方法')),
                ('aid', models.CharField(choices=[('none', 'なし'), ('easy', 'やさしい日本語'), ('sign', '手話・要約筆記'), ('interpreter', '通訳'), ('tactile', '点字・拡大文字・読み上げ'), ('other', 'その他')], default='none', max_length=12, verbose_name='助けになったもの')),
                ('aid_note', models.CharField(blank=True, max_length=100, verbose_name='ことば・通訳した人など')),
                ('capacity', models.CharField(choices=[('clear', '疑いはない'), ('doubted', '疑いがある'), ('not_looked_at', '確かめていない')], max_length=16, verbose_name='判断する力')),
                ('capacity_note', models.CharField(blank=True, max_length=500, verbose_name='本人の意思をどう確かめたか')),
                ('own_view', models.TextField(blank=True, max_length=1000, verbose_name='本人のことば')),
                ('explained', models.TextField(max_length=2000, verbose_name='説明した内容')),
                ('kept_at', models.CharField(blank=True, max_length=100, verbose_name='書面の保管場所')),
                ('valid_until', models.DateField(null=True, verbose_name='いつまで有効か')),
                ('recorded_at', models.DateTimeField(default=permissions.walls.clock.ClockNow)),
            ],
            options={
                'verbose_name': '本人同意',
            },
        ),
        migrations.CreateModel(
            name='ConsentExclusion',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('item', models.CharField(blank=True, choices=[('basic', '基本情報'), ('contact', '連絡先'), ('health', '健康'), ('money', 'お金'), ('history', 'これまでの経過'), ('assessment', 'アセスメント'), ('plan', '支援方針'), ('roles', '役割分担'), ('meeting', '会議')], max_length=12)),
                ('words', models.CharField(blank=True, max_length=200)),
            ],
            options={
                'verbose_name': '見せないでほしい相手',
            },
        ),
        migrations.CreateModel(
            name='ConsentScope',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('item', models.CharField(choices=[('basic', '基本情報'), ('contact', '連絡先'), ('health', '健康'), ('money', 'お金'), ('history', 'これまでの経過'), ('assessment', 'アセスメント'), ('plan', '支援方針'), ('roles', '役割分担'), ('meeting', '会議')], max_length=12)),
            ],
            options={
                'verbose_name': '同意の範囲',
            },
        ),
        migrations.CreateModel(
            name='ConsentWithdrawal',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('item', models.CharField(blank=True, choices=[('basic', '基本情報'), ('contact', '連絡先'), ('health', '健康'), ('money', 'お金'), ('history', 'これまでの経過'), ('assessment', 'アセスメント'), ('plan', '支援方針'), ('roles', '役割分担'), ('meeting', '会議')], max_length=12)),
                ('said_on', models.DateField(verbose_name='申し出のあった日')),
                ('how', models.CharField(max_length=300, verbose_name='だれから、どのように聞いたか')),
                ('recorded_at', models.DateTimeField(default=permissions.walls.clock.ClockNow)),
            ],
            options={
                'verbose_name': '同意の撤回',
            },
        ),
        migrations.CreateModel(
            name='LineConsent',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            ],
            options={
                'verbose_name': '共有のもとになった同意',
            },
        ),
        migrations.CreateModel(
            name='LineEnd',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('cause', models.CharField(choices=[('decided', 'センターが終わりにした'), ('withdrawn', '同意の撤回')], max_length=12)),
                ('reason', models.CharField(max_length=300, verbose_name='終わりの理由')),
            ],
            options={
                'verbose_name': '共有の終わり',
            },
        ),
        migrations.CreateModel(
            name='Recall',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('case_number', models.CharField(max_length=20, verbose_name='ケース番号')),
                ('labels', models.JSONField()),
                ('told_at', models.DateTimeField(default=permissions.walls.clock.ClockNow)),
            ],
            options={
                'verbose_name': '共有の終わりのお知らせ',
            },
        ),
        migrations.CreateModel(
            name='RecallAnswer',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('destroyed', '紙もデータも廃棄した'), ('nothing_kept', '手元に残していない'), ('kept_by_law', '法令で決められた記録として保存する')], max_length=16, verbose_name='どうしましたか')),
                ('law', models.CharField(blank=True, max_length=200, verbose_name='法令の名前と保存の期限')),
                ('answered_at', models.DateTimeField(default=permissions.walls.clock.ClockNow)),
            ],
            options={
                'verbose_name': '廃棄の確認',
            },
        ),
        migrations.AddField(
            model_name='consent',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.case'),
        ),
        migrations.AddField(
            model_name='consent',
            name='explained_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marugoto_permissions.membership'),
        ),
        migrations.AddField(
            model_name='consent',
            name='person',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.person'),
        ),
        migrations.AddField(
            model_name='consent',
            name='recorded_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marugoto_permissions.membership'),
        ),
        migrations.AddField(
            model_name='consent',
            name='witness',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marugoto_permissions.membership', verbose_name='立ち会った職員'),
        ),
        migrations.AddField(
            model_name='consentexclusion',
            name='agency',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marugoto_permissions.agency'),
        ),
        migrations.AddField(
            model_name='consentexclusion',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.case'),
        ),
        migrations.AddField(
            model_name='consentexclusion',
            name='consent',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='exclusions', to='casework.consent'),
        ),
        migrations.AddField(
            model_name='consentscope',
            name='agency',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marugoto_permissions.agency'),
        ),
        migrations.AddField(
            model_name='consentscope',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.case'),
        ),
        migrations.AddField(
            model_name='consentscope',
            name='consent',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='scopes', to='casework.consent'),
        ),
        migrations.AddField(
            model_name='consentwithdrawal',
            name='agency',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marugoto_permissions.agency'),
        ),
        migrations.AddField(
            model_name='consentwithdrawal',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.case'),
        ),
        migrations.AddField(
            model_name='consentwithdrawal',
            name='consent',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='withdrawals', to='casework.consent'),
        ),
        migrations.AddField(
            model_name='consentwithdrawal',
            name='recorded_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marugoto_permissions.membership'),
        ),
        migrations.AddField(
            model_name='lineconsent',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.case'),
        ),
        migrations.AddField(
            model_name='lineconsent',
            name='consent',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='casework.consent'),
        ),
        migrations.AddField(
            model_name='lineconsent',
            name='line',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rests_on', to='casework.shareline'),
        ),
        migrations.AddField(
            model_name='lineend',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.case'),
        ),
        migrations.AddField(
            model_name='lineend',
            name='line',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='end', to='casework.shareline'),
        ),
        migrations.AddField(
            model_name='recall',
            name='agency',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marugoto_permissions.agency'),
        ),
        migrations.AddField(
            model_name='recall',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.case'),
        ),
        migrations.AddField(
            model_name='recallanswer',
            name='agency',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marugoto_permissions.agency'),
        ),
        migrations.AddField(
            model_name='recallanswer',
            name='answered_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marugoto_permissions.membership'),
        ),
        migrations.AddField(
            model_name='recallanswer',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.case'),
        ),
        migrations.AddField(
            model_name='recallanswer',
            name='recall',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='answer', to='casework.recall'),
        ),
        migrations.AddIndex(
            model_name='consent',
            index=models.Index(fields=['case', 'person', 'recorded_at'], name='consent_person'),
        ),
        migrations.AddConstraint(
            model_name='consent',
            constraint=models.CheckConstraint(condition=models.Q(('answer__in', ['given', 'pending', 'refused'])), name='consent_answer_known'),
        ),
        migrations.AddConstraint(
            model_name='consent',
            constraint=models.CheckConstraint(condition=models.Q(('explained', ''), _negated=True), name='consent_explained'),
        ),
        migrations.AddConstraint(
            model_name='consent',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('answer', 'given'), ('method', 'oral'), _negated=True), models.Q(('witness__isnull', False), models.Q(('witness', models.F('explained_by')), _negated=True)), _connector='OR'), name='consent_oral_has_witness'),
        ),
        migrations.AddConstraint(
            model_name='consent',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('capacity', 'doubted'), _negated=True), models.Q(('capacity_note', ''), _negated=True), _connector='OR'), name='consent_doubt_has_note'),
        ),
        migrations.AddConstraint(
            model_name='consent',
            constraint=models.CheckConstraint(condition=models.Q(('giver', 'self'), models.Q(('giver_name', ''), _negated=True), _connector='OR'), name='consent_other_giver_named'),
        ),
        migrations.AddConstraint(
            model_name='consent',
            constraint=models.CheckConstraint(condition=models.Q(('valid_until__isnull', True), ('valid_until__gte', models.F('explained_on')), _connector='OR'), name='consent_in_order'),
        ),
        migrations.AddConstraint(
            model_name='consentexclusion',
            constraint=models.CheckConstraint(condition=models.Q(('agency__isnull', False), models.Q(('words', ''), _negated=True), _connector='OR'), name='consentexclusion_says_something'),
        ),
        migrations.AddConstraint(
            model_name='consentexclusion',
            constraint=models.CheckConstraint(condition=models.Q(('item__in', ['basic', 'contact', 'health', 'money', 'history', 'assessment', 'plan', 'roles', 'meeting', ''])), name='consentexclusion_item_known'),
        ),
        migrations.AddConstraint(
            model_name='consentscope',
            constraint=models.UniqueConstraint(fields=('consent', 'agency', 'item'), name='consentscope_once'),
        ),
        migrations.AddConstraint(
            model_name='consentscope',
            constraint=models.CheckConstraint(condition=models.Q(('item__in', ['basic', 'contact', 'health', 'money', 'history', 'assessment', 'plan', 'roles', 'meeting'])), name='consentscope_item_known'),
        ),
        migrations.AddConstraint(
            model_name='consentwithdrawal',
            constraint=models.CheckConstraint(condition=models.Q(('how', ''), _negated=True), name='consentwithdrawal_says_how'),
        ),
        migrations.AddConstraint(
            model_name='consentwithdrawal',
            constraint=models.CheckConstraint(condition=models.Q(('item__in', ['basic', 'contact', 'health', 'money', 'history', 'assessment', 'plan', 'roles', 'meeting', ''])), name='consentwithdrawal_item_known'),
        ),
        migrations.AddConstraint(
            model_name='lineconsent',
            constraint=models.UniqueConstraint(fields=('line', 'consent'), name='lineconsent_once'),
        ),
        migrations.AddConstraint(
            model_name='lineend',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='lineend_has_reason'),
        ),
        migrations.AddConstraint(
            model_name='lineend',
            constraint=models.CheckConstraint(condition=models.Q(('cause__in', ['decided', 'withdrawn'])), name='lineend_cause_known'),
        ),
        migrations.AddIndex(
            model_name='recall',
            index=models.Index(fields=['agency', 'told_at'], name='recall_agency'),
        ),
        migrations.AddConstraint(
            model_name='recallanswer',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['destroyed', 'nothing_kept', 'kept_by_law'])), name='recallanswer_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='recallanswer',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'kept_by_law'), _negated=True), models.Q(('law', ''), _negated=True), _connector='OR'), name='recallanswer_law_named'),
        ),
        migrations.RunSQL(KEEP_REASONS, migrations.RunSQL.noop),
        migrations.RemoveConstraint(
            model_name='shareline',
            name='shareline_end_has_reason',
        ),
        migrations.RemoveField(
            model_name='shareline',
            name='end_reason',
        ),
    ]
