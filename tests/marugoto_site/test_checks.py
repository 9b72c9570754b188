import pytest

from marugoto_site import checks


def said(found):
    return [(each.id, each.msg) for each in found]


@pytest.mark.parametrize(
    "path", ["casework.nothing", "nothing.at.all", "tests.marugoto_site.unfit.job", "word"]
)
def test_jobs_that_are_not_there_are_named(settings, path):
    assert checks.jobs_can_be_imported() == []
    settings.MARUGOTO_CLOCKS = {"fine": ("marugoto_site.clocks.forget_old", 60), "gone": (path, 60)}
    settings.MARUGOTO_READY_PROBES = {"lost": path}

    assert said(checks.jobs_can_be_imported()) == [
        ("marugoto_site.E002", f"MARUGOTO_CLOCKS: gone cannot be imported from {path}."),
        ("marugoto_site.E002", f"MARUGOTO_READY_PROBES: lost cannot be imported from {path}."),
    ]
