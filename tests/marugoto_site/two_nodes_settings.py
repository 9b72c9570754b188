"""Settings of the processes of test_two_nodes.py: the tests', with the caches of an installation."""

from marugoto_site.settings import base
from marugoto_site.settings.test import *  # noqa: F403 -- starts from the tests'

CACHES = base.CACHES
MARUGOTO_CLOCKS = {name: (path, 1) for name, (path, _seconds) in base.MARUGOTO_CLOCKS.items()}
ALLOWED_HOSTS = [*ALLOWED_HOSTS, "soudan.example.jp", "shien.example.jp", "henshu.example.jp"]  # noqa: F405
