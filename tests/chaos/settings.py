"""The demo's settings for the chaos runs: nobody waits, each client has a network of its own, faults on request."""

import os

from marugoto_site.settings.demo import *  # noqa: F403 -- starts from the demo's

MARUGOTO_FORM_HUMAN_SECONDS = 0
ALLAUTH_TRUSTED_PROXY_COUNT = 1
if os.environ.get("CHAOS_FAULT"):
    INSTALLED_APPS = [*INSTALLED_APPS, "tests.chaos.faults.PlantedFault"]  # noqa: F405 -- the demo's
