import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marugoto_site.settings.production")

application = get_wsgi_application()

from django.db import connection  # noqa: E402 -- after the settings

from marugoto_site.database.guard import refuse_powerful_role  # noqa: E402

refuse_powerful_role(connection)
connection.close()  # the server forks after this
