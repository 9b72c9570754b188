"""make bench: BENCH_SIZES=10k,1m (the default), BENCH_REPORT_ONLY=1 to report misses without failing."""

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marugoto_site.settings.test")
django.setup()

from tests.bench.run import main  # noqa: E402 -- needs the settings

sys.exit(main())
