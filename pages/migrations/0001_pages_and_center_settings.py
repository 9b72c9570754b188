# Made with Django 5.2 and Wagtail 7.4

import django.db.models.deletion
import pages.form_choice
import wagtail.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('wagtailcore', '0097_baselogentry_uuid_action_timestamp_indexes'),
    ]

    operations = [
        migrations.CreateModel(
            name='ConsultationPage',
            fields=[
                ('page_ptr', models.OneToOneField(auto_created=True, on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, serialize=False, to='wagtailcore.page')),
                ('intro', wagtail.fields.StreamField([('heading', 0), ('text', 1), ('steps', 5), ('notice', 9), ('links', 15), ('picture', 16), ('contact', 17)], blank=True, block_lookup={0: ('pages.blocks.HeadingBlock', (), {'max_length': 80}), 1: ('pages.blocks.TextBlock', (), {'features': ['bold', 'ol', 'ul', 'link', 'document-link']}), 2: ('wagtail.blocks.CharBlock', (), {'label': 'すること', 'max_length': 60}), 3: ('wagtail.blocks.TextBlock', (), {'label': '説明', 'required': False, 'rows': 2}), 4: ('wagtail.blocks.StructBlock', [[('title', 2), ('text', 3)]], {'label': '一つの段'}), 5: ('pages.blocks.StepsBlock', (4,), {}), 6: ('wagtail.blocks.ChoiceBlock', [], {'choices': [('info', 'お知らせ'), ('ok', 'よい知らせ'), ('warn', '気をつけること'), ('err', '危険なこと')], 'label': '種類'}), 7: ('wagtail.blocks.CharBlock', (), {'label': '題名', 'max_length': 60}), 8: ('pages.blocks.RichBlock', (), {'features': ['bold', 'link'], 'label': '文章', 'required': False}), 9: ('wagtail.blocks.StructBlock', [[('level', 6), ('title', 7), ('text', 8)]], {}), 10: ('wagtail.blocks.CharBlock', (), {'label': '題名', 'max_length': 40}), 11: ('wagtail.blocks.CharBlock', (), {'label': '一言', 'max_length': 100, 'required': False}), 12: ('wagtail.blocks.PageChooserBlock', (), {'label': 'このサイトのページ', 'required': False}), 13: ('wagtail.blocks.CharBlock', (), {'help_text': '「/status/」のようなこのサイトの中の場所か、https:// で始まるアドレスです。', 'label': 'ほかの行き先', 'max_length': 300, 'required': False}), 14: ('wagtail.blocks.StructBlock', [[('title', 10), ('text', 11), ('page', 12), ('address', 13)]], {'label': 'リンク'}), 15: ('pages.blocks.LinkCardsBlock', (14,), {}), 16: ('wagtail.images.blocks.ImageBlock', [], {}), 17: ('pages.blocks.ContactBlock', (), {})}, verbose_name='はじめに読む文章')),
                ('form_slug', pages.form_choice.FormSlugField(verbose_name='相談フォーム')),
            ],
            options={
                'verbose_name': '相談フォームのページ',
                'verbose_name_plural': '相談フォームのページ',
            },
            bases=('wagtailcore.page',),
        ),
        migrations.CreateModel(
            name='ContentPage',
            fields=[
                ('page_ptr', models.OneToOneField(auto_created=True, on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, serialize=False, to='wagtailcore.page')),
                ('lead', models.CharField(blank=True, max_length=160, verbose_name='はじめの一文')),
                ('body', wagtail.fields.StreamField([('heading', 0), ('text', 1), ('steps', 5), ('notice', 9), ('links', 15), ('picture', 16), ('contact', 17)], blank=True, block_lookup={0: ('pages.blocks.HeadingBlock', (), {'max_length': 80}), 1: ('pages.blocks.TextBlock', (), {'features': ['bold', 'ol', 'ul', 'link', 'document-link']}), 2: ('wagtail.blocks.CharBlock', (), {'label': 'すること', 'max_length': 60}), 3: ('wagtail.blocks.TextBlock', (), {'label': '説明', 'required': False, 'rows': 2}), 4: ('wagtail.blocks.StructBlock', [[('title', 2), ('text', 3)]], {'label': '一つの段'}), 5: ('pages.blocks.StepsBlock', (4,), {}), 6: ('wagtail.blocks.ChoiceBlock', [], {'choices': [('info', 'お知らせ'), ('ok', 'よい知らせ'), ('warn', '気をつけること'), ('err', '危険なこと')], 'label': '種類'}), 7: ('wagtail.blocks.CharBlock', (), {'label': '題名', 'max_length': 60}), 8: ('pages.blocks.RichBlock', (), {'features': ['bold', 'link'], 'label': '文章', 'required': False}), 9: ('wagtail.blocks.StructBlock', [[('level', 6), ('title', 7), ('text', 8)]], {}), 10: ('wagtail.blocks.CharBlock', (), {'label': '題名', 'max_length': 40}), 11: ('wagtail.blocks.CharBlock', (), {'label': '一言', 'max_length': 100, 'required': False}), 12: ('wagtail.blocks.PageChooserBlock', (), {'label': 'このサイトのページ', 'required': False}), 13: ('wagtail.blocks.CharBlock', (), {'help_text': '「/status/」のようなこのサイトの中の場所か、https:// で始まるアドレスです。', 'label': 'ほかの行き先', 'max_length': 300, 'required': False}), 14: ('wagtail.blocks.StructBlock', [[('title', 10), ('text', 11), ('page', 12), ('address', 13)]], {'label': 'リンク'}), 15: ('pages.blocks.LinkCardsBlock', (14,), {}), 16: ('wagtail.images.blocks.ImageBlock', [], {}), 17: ('pages.blocks.ContactBlock', (), {})}, verbose_name='本文')),
                ('show_in_footer', models.BooleanField(default=False, verbose_name='ページの下にも出す')),
            ],
            options={
                'verbose_name': 'ふつうのページ',
                'verbose_name_plural': 'ふつうのページ',
            },
            bases=('wagtailcore.page',),
        ),
        migrations.CreateModel(
            name='CenterSettings',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('city', models.CharField(blank=True, max_length=20, verbose_name='市の名前')),
                ('short_name', models.CharField(default='福祉まるごとサポートセンター', max_length=40, verbose_name='センターの名前')),
                ('phone', models.CharField(blank=True, max_length=20, verbose_name='電話番号')),
                ('fax', models.CharField(blank=True, max_length=20, verbose_name='ファクス番号')),
                ('address', models.TextField(blank=True, max_length=300, verbose_name='場所')),
                ('relay_note', models.CharField(blank=True, default='電話リレーサービス（手話や文字の通訳）からの電話も受けています。', max_length=160, verbose_name='聞こえにくい方への案内')),
                ('opening_hours', wagtail.fields.StreamField([('opening', 3)], blank=True, block_lookup={0: ('wagtail.blocks.ChoiceBlock', [], {'choices': [('0', '月曜日'), ('1', '火曜日'), ('2', '水曜日'), ('3', '木曜日'), ('4', '金曜日'), ('5', '土曜日'), ('6', '日曜日')], 'label': '曜日'}), 1: ('wagtail.blocks.TimeBlock', (), {'label': '始まり'}), 2: ('wagtail.blocks.TimeBlock', (), {'label': '終わり'}), 3: ('wagtail.blocks.StructBlock', [[('weekday', 0), ('opens', 1), ('closes', 2)]], {})}, verbose_name='開いている時間')),
                ('closed_on_holidays', models.BooleanField(default=True, verbose_name='祝日は休み')),
                ('closed_at_year_end', models.BooleanField(default=True, verbose_name='年末年始（12月29日〜1月3日）は休み')),
                ('closures', wagtail.fields.StreamField([('closure', 2)], blank=True, block_lookup={0: ('wagtail.blocks.DateBlock', (), {'label': '最初の日'}), 1: ('wagtail.blocks.DateBlock', (), {'label': '最後の日'}), 2: ('wagtail.blocks.StructBlock', [[('first_day', 0), ('last_day', 1)]], {})}, verbose_name='臨時の休み')),
                ('emergency_numbers', wagtail.fields.StreamField([('number', 2)], blank=True, block_lookup={0: ('wagtail.blocks.RegexBlock', (), {'error_messages': {'invalid': '番号は、半角の数字と - # だけで書いてください。'}, 'label': '番号', 'regex': '^[0-9#*+-]{3,15}$'}), 1: ('wagtail.blocks.CharBlock', (), {'label': '何の番号か', 'max_length': 20}), 2: ('wagtail.blocks.StructBlock', [[('number', 0), ('label', 1)]], {})}, help_text='すべてのページの一番上に出ます。年に一度、かけられることを確かめてください。', verbose_name='緊急の番号')),
                ('exit_url', models.CharField(default='/exit/', help_text='相談とは関係のないページにしてください。天気予報などの https:// で始まるアドレスでもかまいません。', max_length=300, verbose_name='「すぐに閉じる」の行き先')),
                ('banner_level', models.CharField(choices=[('info', 'お知らせ'), ('ok', 'よい知らせ'), ('warn', '気をつけること'), ('err', '危険なこと')], default='info', max_length=8, verbose_name='種類')),
                ('banner_title', models.CharField(blank=True, help_text='空にすると、お知らせは出ません。', max_length=60, verbose_name='題名')),
                ('banner_text', models.CharField(blank=True, max_length=200, verbose_name='文章')),
                ('site', models.OneToOneField(editable=False, on_delete=django.db.models.deletion.CASCADE, to='wagtailcore.site')),
            ],
            options={
                'verbose_name': 'センターの案内',
                'verbose_name_plural': 'センターの案内',
            },
        ),
        migrations.CreateModel(
            name='HomePage',
            fields=[
                ('page_ptr', models.OneToOneField(auto_created=True, on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, serialize=False, to='wagtailcore.page')),
                ('headline', models.CharField(max_length=60, verbose_name='見出しの一文')),
                ('lead', models.CharField(max_length=120, verbose_name='安心してもらう一言')),
                ('worries', wagtail.fields.StreamField([('word', 0)], blank=True, block_lookup={0: ('pages.blocks.LineBlock', (), {'label': 'ことば', 'max_length': 20})}, verbose_name='困りごとのことば')),
                ('body', wagtail.fields.StreamField([('heading', 0), ('text', 1), ('steps', 5), ('notice', 9), ('links', 15), ('picture', 16), ('contact', 17)], blank=True, block_lookup={0: ('pages.blocks.HeadingBlock', (), {'max_length': 80}), 1: ('pages.blocks.TextBlock', (), {'features': ['bold', 'ol', 'ul', 'link', 'document-link']}), 2: ('wagtail.blocks.CharBlock', (), {'label': 'すること', 'max_length': 60}), 3: ('wagtail.blocks.TextBlock', (), {'label': '説明', 'required': False, 'rows': 2}), 4: ('wagtail.blocks.StructBlock', [[('title', 2), ('text', 3)]], {'label': '一つの段'}), 5: ('pages.blocks.StepsBlock', (4,), {}), 6: ('wagtail.blocks.ChoiceBlock', [], {'choices': [('info', 'お知らせ'), ('ok', 'よい知らせ'), ('warn', '気をつけること'), ('err', '危険なこと')], 'label': '種類'}), 7: ('wagtail.blocks.CharBlock', (), {'label': '題名', 'max_length': 60}), 8: ('pages.blocks.RichBlock', (), {'features': ['bold', 'link'], 'label': '文章', 'required': False}), 9: ('wagtail.blocks.StructBlock', [[('level', 6), ('title', 7), ('text', 8)]], {}), 10: ('wagtail.blocks.CharBlock', (), {'label': '題名', 'max_length': 40}), 11: ('wagtail.blocks.CharBlock', (), {'label': '一言', 'max_length': 100, 'required': False}), 12: ('wagtail.blocks.PageChooserBlock', (), {'label': 'このサイトのページ', 'required': False}), 13: ('wagtail.blocks.CharBlock', (), {'help_text': '「/status/」のようなこのサイトの中の場所か、https:// で始まるアドレスです。', 'label': 'ほかの行き先', 'max_length': 300, 'required': False}), 14: ('wagtail.blocks.StructBlock', [[('title', 10), ('text', 11), ('page', 12), ('address', 13)]], {'label': 'リンク'}), 15: ('pages.blocks.LinkCardsBlock', (14,), {}), 16: ('wagtail.images.blocks.ImageBlock', [], {}), 17: ('pages.blocks.ContactBlock', (), {})}, verbose_name='本文')),
                ('consultation_page', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='marugoto_pages.consultationpage', verbose_name='文字で相談するページ')),
            ],
            options={
                'verbose_name': 'ホーム',
                'verbose_name_plural': 'ホーム',
            },
            bases=('wagtailcore.page',),
        ),
    ]
