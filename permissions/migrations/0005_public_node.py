"""Nothing: what a public node may do is brought up to date after each migrate (permissions/walls/public_node.py)."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("marugoto_permissions", "0004_audit")]

    operations = []
