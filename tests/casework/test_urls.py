"""Every address leads to its own view: none is taken by another that stands before it."""

import re
import uuid

import pytest
from django.urls import resolve, reverse

from permissions.url_map import mapped_urls

OURS = sorted({url.name for url in mapped_urls() if url.name.startswith("casework:")})


def _arguments(name):
    route = next(url.route for url in mapped_urls() if url.name == name)
    kinds = {"uuid": uuid.uuid4(), "int": 1, "slug": "relation", "str": "money"}
    return {key: kinds[kind] for kind, key in re.findall(r"<(\w+):(\w+)>", route)}


@pytest.mark.parametrize("name", OURS)
def test_address_leads_to_its_own_view(name):
    assert resolve(reverse(name, kwargs=_arguments(name))).view_name == name
