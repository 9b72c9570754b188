"""How an informant who is hidden came to us says who they are, too."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0020_saved_list'),
        ('marugoto_permissions', '0012_watch_sees_reviews'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='contact',
            name='contact_hidden_informant_not_kept',
        ),
        migrations.RunSQL(
            "UPDATE casework_contact SET route = 'not_asked' WHERE is_informant_hidden", migrations.RunSQL.noop
        ),
        migrations.AddConstraint(
            model_name='contact',
            constraint=models.CheckConstraint(condition=models.Q(('is_informant_hidden', False), models.Q(('referrer_name', ''), ('referrer_type', ''), ('reply_to', ''), ('route', 'not_asked'), ('speaker', 'unknown')), _connector='OR'), name='contact_hidden_informant_not_kept'),
        ),
    ]
