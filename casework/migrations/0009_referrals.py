"""Referrals, and the item that their packets carry."""

import django.db.models.deletion
import permissions.walls.clock
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0008_consent_walls'),
        ('marugoto_permissions', '0012_watch_sees_reviews'),
    ]

    operations = [
        migrations.CreateModel(
            name='Referral',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('item', models.CharField(choices=[('basic', '基本情報'), ('contact', '連絡先'), ('health', '健康'), ('money', 'お金'), ('history', 'これまでの経過'), ('assessment', 'アセスメント'), ('plan', '支援方針'), ('roles', '役割分担'), ('meeting', '会議'), ('referral', 'つなぎ票')], max_length=12, verbose_name='項目')),
                ('number', models.CharField(max_length=20, unique=True, verbose_name='つなぎ番号')),
                ('sent_at', models.DateTimeField(default=permissions.walls.clock.ClockNow)),
                ('urgency', models.CharField(choices=[('A', 'A 今すぐ'), ('B', 'B 今日のうち'), ('C', 'C 3日以内'), ('D', 'D 通常'), ('-', '未確認')], default='D', max_length=1, verbose_name='緊急度')),
                ('heard', models.TextField(max_length=4000, verbose_name='聞き取ったこと')),
                ('issues', models.TextField(max_length=2000, verbose_name='課題')),
                ('wishes', models.TextField(blank=True, max_length=1000, verbose_name='本人の望み')),
                ('explained', models.TextField(blank=True, max_length=1000, verbose_name='本人に説明したこと')),
                ('promised', models.TextField(blank=True, max_length=1000, verbose_name='本人に約束したこと')),
                ('we_keep', models.TextField(max_length=1000, verbose_name='つなぎ元が続けること')),
                ('accompanied_by', models.CharField(blank=True, max_length=200, verbose_name='同行する人と日時')),
                ('answer_by', models.DateField(verbose_name='返事がほしい日')),
                ('basis', models.CharField(max_length=16, verbose_name='法的根拠')),
                ('evidence', models.CharField(max_length=300, verbose_name='根拠の内容')),
                ('until', models.DateTimeField(null=True, verbose_name='いつまで')),
            ],
            options={
                'verbose_name': 'つなぎ',
            },
        ),
        migrations.CreateModel(
            name='ReferralAnswer',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('item', models.CharField(choices=[('basic', '基本情報'), ('contact', '連絡先'), ('health', '健康'), ('money', 'お金'), ('history', 'これまでの経過'), ('assessment', 'アセスメント'), ('plan', '支援方針'), ('roles', '役割分担'), ('meeting', '会議'), ('referral', 'つなぎ票')], max_length=12, verbose_name='項目')),
                ('sequence', models.PositiveSmallIntegerField()),
                ('kind', models.CharField(choices=[('received', '受領'), ('accepted', '受入可'), ('conditional', '条件付き'), ('declined', '受入不可'), ('first_contact', '初回接触済'), ('started', '支援開始'), ('ended', '終了報告'), ('returned', 'つなぎ戻し')], max_length=16, verbose_name='返事')),
                ('words', models.TextField(blank=True, max_length=1000, verbose_name='内容')),
                ('reason', models.CharField(blank=True, max_length=24, verbose_name='つなぎ戻しの理由')),
                ('contact_person', models.CharField(blank=True, max_length=60, verbose_name='機関の担当者')),
                ('medium', models.CharField(choices=[('account', '機関が自分で入力'), ('phone', '電話'), ('fax', 'ファクス'), ('letter', '手紙・手渡し'), ('meeting', '会議・訪問で')], default='account', max_length=12, verbose_name='返事の方法')),
                ('said_at', models.DateTimeField(default=permissions.walls.clock.ClockNow, verbose_name='返事があった日時')),
                ('recorded_at', models.DateTimeField(default=permissions.walls.clock.ClockNow)),
            ],
            options={
                'verbose_name': 'つなぎへの返事',
            },
        ),
        migrations.CreateModel(
            name='ReferralItem',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('item', models.CharField(choices=[('basic', '基本情報'), ('contact', '連絡先'), ('health', '健康'), ('money', 'お金'), ('history', 'これまでの経過'), ('assessment', 'アセスメント'), ('plan', '支援方針'), ('roles', '役割分担'), ('meeting', '会議'), ('referral', 'つなぎ票')], max_length=12)),
            ],
            options={
                'verbose_name': '受入のあとに見える項目',
            },
        ),
        migrations.CreateModel(
            name='ReferralLine',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            ],
            options={
                'verbose_name': 'つなぎによる共有',
            },
        ),
        migrations.CreateModel(
            name='ReferralReminder',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('clock', models.CharField(max_length=12)),
                ('sequence', models.PositiveSmallIntegerField()),
                ('sent_at', models.DateTimeField(default=permissions.walls.clock.ClockNow)),
            ],
            options={
                'verbose_name': 'つなぎの催促',
            },
        ),
        migrations.CreateModel(
            name='ReferralRevocation',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('reason', models.CharField(max_length=300, verbose_name='取り消す理由')),
                ('revoked_at', models.DateTimeField(default=permissions.walls.clock.ClockNow)),
            ],
            options={
                'verbose_name': 'つなぎの取り消し',
            },
        ),
        migrations.AlterModelOptions(
            name='case',
            options={'permissions': (('view_case_basic', 'Can view basic of the household'), ('view_case_contact', 'Can view contact of the household'), ('view_case_health', 'Can view health of the household'), ('view_case_money', 'Can view money of the household'), ('view_case_history', 'Can view history of the household'), ('view_case_assessment', 'Can view assessment of the household'), ('view_case_plan', 'Can view plan of the household'), ('view_case_roles', 'Can view roles of the household'), ('view_case_meeting', 'Can view meeting of the household'), ('view_case_referral', 'Can view referral of the household')), 'verbose_name': '支援ケース', 'verbose_name_plural': '支援ケース'},
        ),
        migrations.AlterModelOptions(
            name='person',
            options={'permissions': (('view_person_basic', 'Can view basic of the person'), ('view_person_contact', 'Can view contact of the person'), ('view_person_health', 'Can view health of the person'), ('view_person_money', 'Can view money of the person'), ('view_person_history', 'Can view history of the person'), ('view_person_assessment', 'Can view assessment of the person'), ('view_person_plan', 'Can view plan of the person'), ('view_person_roles', 'Can view roles of the person'), ('view_person_meeting', 'Can view meeting of the person'), ('view_person_referral', 'Can view referral of the person')), 'verbose_name': '本人・世帯員'},
        ),
        migrations.RemoveConstraint(
            model_name='consentexclusion',
            name='consentexclusion_item_known',
        ),
        migrations.RemoveConstraint(
            model_name='consentscope',
            name='consentscope_item_known',
        ),
        migrations.RemoveConstraint(
            model_name='consentwithdrawal',
            name='consentwithdrawal_item_known',
        ),
        migrations.RemoveConstraint(
            model_name='direction',
            name='direction_item_known',
        ),
        migrations.RemoveConstraint(
            model_name='note',
            name='note_item_known',
        ),
        migrations.RemoveConstraint(
            model_name='rolerow',
            name='rolerow_item_known',
        ),
        migrations.RemoveConstraint(
            model_name='shareline',
            name='shareline_item_known',
        ),
        migrations.AlterField(
            model_name='caseevent',
            name='item',
            field=models.CharField(blank=True, choices=[('basic', '基本情報'), ('contact', '連絡先'), ('health', '健康'), ('money', 'お金'), ('history', 'これまでの経過'), ('assessment', 'アセスメント'), ('plan', '支援方針'), ('roles', '役割分担'), ('meeting', '会議'), ('referral', 'つなぎ票')], max_length=12),
        ),
        migrations.AlterField(
            model_name='consentexclusion',
            name='item',
            field=models.CharField(blank=True, choices=[('basic', '基本情報'), ('contact', '連絡先'), ('health', '健康'), ('money', 'お金'), ('history', 'これまでの経過'), ('assessment', 'アセスメント'), ('plan', '支援方針'), ('roles', '役割分担'), ('meeting', '会議'), ('referral', 'つなぎ票')], max_length=12),
        ),
        migrations.AlterField(
            model_name='consentscope',
            name='item',
            field=models.CharField(choices=[('basic', '基本情報'), ('contact', '連絡先'), ('health', '健康'), ('money', 'お金'), ('history', 'これまでの経過'), ('assessment', 'アセスメント'), ('plan', '支援方針'), ('roles', '役割分担'), ('meeting', '会議'), ('referral', 'つなぎ票')], max_length=12),
        ),
        migrations.AlterField(
            model_name='consentwithdrawal',
            name='item',
            field=models.CharField(blank=True, choices=[('basic', '基本情報'), ('contact', '連絡先'), ('health', '健康'), ('money', 'お金'), ('history', 'これまでの経過'), ('assessment', 'アセスメント'), ('plan', '支援方針'), ('roles', '役割分担'), ('meeting', '会議'), ('referral', 'つなぎ票')], max_length=12),
        ),
        migrations.AlterField(
            model_name='direction',
            name='item',
            field=models.CharField(choices=[('basic', '基本情報'), ('contact', '連絡先'), ('health', '健康'), ('money', 'お金'), ('history', 'これまでの経過'), ('assessment', 'アセスメント'), ('plan', '支援方針'), ('roles', '役割分担'), ('meeting', '会議'), ('referral', 'つなぎ票')], max_length=12, verbose_name='項目'),
        ),
        migrations.AlterField(
            model_name='household',
            name='item',
            field=models.CharField(choices=[('basic', '基本情報'), ('contact', '連絡先'), ('health', '健康'), ('money', 'お金'), ('history', 'これまでの経過'), ('assessment', 'アセスメント'), ('plan', '支援方針'), ('roles', '役割分担'), ('meeting', '会議'), ('referral', 'つなぎ票')], max_length=12, verbose_name='項目'),
        ),
        migrations.AlterField(
            model_name='note',
            name='item',
            field=models.CharField(choices=[('basic', '基本情報'), ('contact', '連絡先'), ('health', '健康'), ('money', 'お金'), ('history', 'これまでの経過'), ('assessment', 'アセスメント'), ('plan', '支援方針'), ('roles', '役割分担'), ('meeting', '会議'), ('referral', 'つなぎ票')], max_length=12, verbose_name='項目'),
        ),
        migrations.AlterField(
            model_name='person',
            name='item',
            field=models.CharField(choices=[('basic', '基本情報'), ('contact', '連絡先'), ('health', '健康'), ('money', 'お金'), ('history', 'これまでの経過'), ('assessment', 'アセスメント'), ('plan', '支援方針'), ('roles', '役割分担'), ('meeting', '会議'), ('referral', 'つなぎ票')], default='basic', editable=False, max_length=12),
        ),
        migrations.AlterField(
            model_name='personcontact',
            name='item',
            field=models.CharField(choices=[('basic', '基本情報'), ('contact', '連絡先'), ('health', '健康'), ('money', 'お金'), ('history', 'これまでの経過'), ('assessment', 'アセスメント'), ('plan', '支援方針'), ('roles', '役割分担'), ('meeting', '会議'), ('referral', 'つなぎ票')], max_length=12, verbose_name='項目'),
        ),
        migrations.AlterField(
            model_name='personhealth',
            name='item',
            field=models.CharField(choices=[('basic', '基本情報'), ('contact', '連絡先'), ('health', '健康'), ('money', 'お金'), ('history', 'これまでの経過'), ('assessment', 'アセスメント'), ('plan', '支援方針'), ('roles', '役割分担'), ('meeting', '会議'), ('referral', 'つなぎ票')], max_length=12, verbose_name='項目'),
        ),
        migrations.AlterField(
            model_name='personmoney',
            name='item',
            field=models.CharField(choices=[('basic', '基本情報'), ('contact', '連絡先'), ('health', '健康'), ('money', 'お金'), ('history', 'これまでの経過'), ('assessment', 'アセスメント'), ('plan', '支援方針'), ('roles', '役割分担'), ('meeting', '会議'), ('referral', 'つなぎ票')], max_length=12, verbose_name='項目'),
        ),
        migrations.AlterField(
            model_name='roleanswer',
            name='item',
            field=models.CharField(choices=[('basic', '基本情報'), ('contact', '連絡先'), ('health', '健康'), ('money', 'お金'), ('history', 'これまでの経過'), ('assessment', 'アセスメント'), ('plan', '支援方針'), ('roles', '役割分担'), ('meeting', '会議'), ('referral', 'つなぎ票')], max_length=12, verbose_name='項目'),
        ),
        migrations.AlterField(
            model_name='rolerow',
            name='item',
            field=models.CharField(choices=[('basic', '基本情報'), ('contact', '連絡先'), ('health', '健康'), ('money', 'お金'), ('history', 'これまでの経過'), ('assessment', 'アセスメント'), ('plan', '支援方針'), ('roles', '役割分担'), ('meeting', '会議'), ('referral', 'つなぎ票')], max_length=12, verbose_name='項目'),
        ),
        migrations.AlterField(
            model_name='shareline',
            name='item',
            field=models.CharField(choices=[('basic', '基本情報'), ('contact', '連絡先'), ('health', '健康'), ('money', 'お金'), ('history', 'これまでの経過'), ('assessment', 'アセスメント'), ('plan', '支援方針'), ('roles', '役割分担'), ('meeting', '会議'), ('referral', 'つなぎ票')], max_length=12, verbose_name='項目'),
        ),
        migrations.AddConstraint(
            model_name='consentexclusion',
            constraint=models.CheckConstraint(condition=models.Q(('item__in', ['basic', 'contact', 'health', 'money', 'history', 'assessment', 'plan', 'roles', 'meeting', 'referral', ''])), name='consentexclusion_item_known'),
        ),
        migrations.AddConstraint(
            model_name='consentscope',
            constraint=models.CheckConstraint(condition=models.Q(('item__in', ['basic', 'contact', 'health', 'money', 'history', 'assessment', 'plan', 'roles', 'meeting', 'referral'])), name='consentscope_item_known'),
        ),
        migrations.AddConstraint(
            model_name='consentwithdrawal',
            constraint=models.CheckConstraint(condition=models.Q(('item__in', ['basic', 'contact', 'health', 'money', 'history', 'assessment', 'plan', 'roles', 'meeting', 'referral', ''])), name='consentwithdrawal_item_known'),
        ),
        migrations.AddConstraint(
            model_name='direction',
            constraint=models.CheckConstraint(condition=models.Q(('item__in', ['basic', 'contact', 'health', 'money', 'history', 'assessment', 'plan', 'roles', 'meeting', 'referral'])), name='direction_item_known'),
        ),
        migrations.AddConstraint(
            model_name='note',
            constraint=models.CheckConstraint(condition=models.Q(('item__in', ['basic', 'contact', 'health', 'money', 'history', 'assessment', 'plan', 'roles', 'meeting', 'referral'])), name='note_item_known'),
        ),
        migrations.AddConstraint(
            model_name='rolerow',
            constraint=models.CheckConstraint(condition=models.Q(('item__in', ['basic', 'contact', 'health', 'money', 'history', 'assessment', 'plan', 'roles', 'meeting', 'referral'])), name='rolerow_item_known'),
        ),
        migrations.AddConstraint(
            model_name='shareline',
            constraint=models.CheckConstraint(condition=models.Q(('item__in', ['basic', 'contact', 'health', 'money', 'history', 'assessment', 'plan', 'roles', 'meeting', 'referral'])), name='shareline_item_known'),
        ),
        migrations.AddField(
            model_name='referral',
            name='approver',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marugoto_permissions.membership'),
        ),
        migrations.AddField(
            model_name='referral',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.case'),
        ),
        migrations.AddField(
            model_name='referral',
            name='follows',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='followed_by', to='casework.referral', verbose_name='前のつなぎ'),
        ),
        migrations.AddField(
            model_name='referral',
            name='person',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.person'),
        ),
        migrations.AddField(
            model_name='referral',
            name='receiver',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marugoto_permissions.agency', verbose_name='つなぎ先'),
        ),
        migrations.AddField(
            model_name='referral',
            name='sender',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marugoto_permissions.agency', verbose_name='つなぎ元'),
        ),
        migrations.AddField(
            model_name='referral',
            name='sent_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marugoto_permissions.membership'),
        ),
        migrations.AddField(
            model_name='referralanswer',
            name='agency',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marugoto_permissions.agency'),
        ),
        migrations.AddField(
            model_name='referralanswer',
            name='answered_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marugoto_permissions.membership'),
        ),
        migrations.AddField(
            model_name='referralanswer',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.case'),
        ),
        migrations.AddField(
            model_name='referralanswer',
            name='person',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.person'),
        ),
        migrations.AddField(
            model_name='referralanswer',
            name='referral',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='answers', to='casework.referral'),
        ),
        migrations.AddField(
            model_name='referralitem',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.case'),
        ),
        migrations.AddField(
            model_name='referralitem',
            name='person',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.person'),
        ),
        migrations.AddField(
            model_name='referralitem',
            name='referral',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='agreed', to='casework.referral'),
        ),
        migrations.AddField(
            model_name='referralline',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.case'),
        ),
        migrations.AddField(
            model_name='referralline',
            name='line',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.shareline'),
        ),
        migrations.AddField(
            model_name='referralline',
            name='referral',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='casework.referral'),
        ),
        migrations.AddField(
            model_name='referralreminder',
            name='referral',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reminders', to='casework.referral'),
        ),
        migrations.AddField(
            model_name='referralrevocation',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.case'),
        ),
        migrations.AddField(
            model_name='referralrevocation',
            name='referral',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='revocation', to='casework.referral'),
        ),
        migrations.AddField(
            model_name='referralrevocation',
            name='revoked_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marugoto_permissions.membership'),
        ),
        migrations.AddIndex(
            model_name='referral',
            index=models.Index(fields=['case', 'sent_at'], name='referral_case'),
        ),
        migrations.AddIndex(
            model_name='referral',
            index=models.Index(fields=['receiver', 'sent_at'], name='referral_receiver'),
        ),
        migrations.AddConstraint(
            model_name='referral',
            constraint=models.CheckConstraint(condition=models.Q(('item', 'referral')), name='referral_label'),
        ),
        migrations.AddConstraint(
            model_name='referral',
            constraint=models.CheckConstraint(condition=models.Q(('we_keep', ''), _negated=True), name='referral_keeps_something'),
        ),
        migrations.AddConstraint(
            model_name='referral',
            constraint=models.CheckConstraint(condition=models.Q(('sender', models.F('receiver')), _negated=True), name='referral_not_to_oneself'),
        ),
        migrations.AddConstraint(
            model_name='referral',
            constraint=models.CheckConstraint(condition=models.Q(('basis__in', ['consent', 'purpose', 'law', 'shien_kaigi', 'youtaikyo', 'other_council', 'internal', 'public_body', 'clear_benefit', 'life_safety', 'emergency']), ('basis__startswith', 'x_'), _connector='OR'), name='referral_basis_known'),
        ),
        migrations.AddConstraint(
            model_name='referralanswer',
            constraint=models.UniqueConstraint(fields=('referral', 'sequence'), name='referralanswer_one_each'),
        ),
        migrations.AddConstraint(
            model_name='referralanswer',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['received', 'accepted', 'conditional', 'declined', 'first_contact', 'started', 'ended', 'returned'])), name='referralanswer_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='referralanswer',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'returned'), models.Q(('reason', ''), _negated=True)), models.Q(models.Q(('kind', 'returned'), _negated=True), ('reason', '')), _connector='OR'), name='referralanswer_return_has_reason'),
        ),
        migrations.AddConstraint(
            model_name='referralanswer',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind__in', ['conditional', 'declined', 'ended', 'returned']), _negated=True), models.Q(('words', ''), _negated=True), _connector='OR'), name='referralanswer_needs_words'),
        ),
        migrations.AddConstraint(
            model_name='referralanswer',
            constraint=models.CheckConstraint(condition=models.Q(('medium', 'account'), models.Q(('contact_person', ''), _negated=True), _connector='OR'), name='referralanswer_told_by_somebody'),
        ),
        migrations.AddConstraint(
            model_name='referralitem',
            constraint=models.CheckConstraint(condition=models.Q(('item__in', ['basic', 'contact', 'health', 'money', 'history', 'assessment', 'plan', 'roles', 'meeting', 'referral'])), name='referralitem_item_known'),
        ),
        migrations.AddConstraint(
            model_name='referralreminder',
            constraint=models.UniqueConstraint(fields=('referral', 'clock', 'sequence'), name='referralreminder_once'),
        ),
        migrations.AddConstraint(
            model_name='referralrevocation',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='referralrevocation_has_reason'),
        ),
    ]
