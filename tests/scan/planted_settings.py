"""The demo with one weak page, which every scanner must find; else the scan has failed."""

from marugoto_site.settings.demo import *

ROOT_URLCONF = "tests.scan.planted_urls"
