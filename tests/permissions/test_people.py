from django.contrib.auth.models import User

from permissions.people import name_of


def test_people_are_called_by_family_name_first_and_by_their_user_name_if_they_have_none():
    named = [("調", "一"), ("調", ""), ("", "一"), ("", "")]

    found = [name_of(User(username="shirabe", last_name=last, first_name=first)) for last, first in named]

    assert found == ["調 一", "調", "一", "shirabe"]
