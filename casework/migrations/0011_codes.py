"""The table of codes; the columns that hold them lose their fixed choices and get room for a city's codes."""
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0010_referral_walls'),
    ]

    operations = [
        migrations.AlterField(
            model_name='contact',
            name='channel',
            field=models.CharField(max_length=24, verbose_name='方法'),
        ),
        migrations.AlterField(
            model_name='contact',
            name='speaker',
            field=models.CharField(default='unknown', max_length=24, verbose_name='だれから'),
        ),
        migrations.AlterField(
            model_name='household',
            name='kind',
            field=models.CharField(default='unknown', max_length=24, verbose_name='世帯の類型'),
        ),
        migrations.AlterField(
            model_name='note',
            name='method',
            field=models.CharField(max_length=24, verbose_name='方法'),
        ),
        migrations.AlterField(
            model_name='person',
            name='relation',
            field=models.CharField(default='unknown', max_length=24, verbose_name='続柄'),
        ),
        migrations.CreateModel(
            name='Code',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('list_code', models.CharField(db_column='list', editable=False, max_length=24)),
                ('code', models.SlugField(max_length=24, verbose_name='コード')),
                ('label', models.CharField(max_length=60, verbose_name='表示')),
                ('plain_label', models.CharField(blank=True, max_length=60, verbose_name='やさしい日本語での表示')),
                ('label_en', models.CharField(blank=True, max_length=80, verbose_name='英語での表示')),
                ('valid_from', models.DateField(verbose_name='選べる最初の日')),
                ('valid_to', models.DateField(blank=True, null=True, verbose_name='選べる最後の日')),
                ('position', models.PositiveIntegerField(default=0)),
                ('report_code', models.CharField(blank=True, max_length=40, verbose_name='国への報告での区分')),
            ],
            options={
                'verbose_name': '選択肢',
                'constraints': [models.UniqueConstraint(fields=('list_code', 'code'), name='code_once_in_list'), models.CheckConstraint(condition=models.Q(models.Q(('label', ''), _negated=True), models.Q(('code', ''), _negated=True)), name='code_has_label'), models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='code_in_order')],
            },
        ),
    ]
