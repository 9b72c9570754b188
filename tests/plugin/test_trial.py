"""The trials that need no database; all of them: `make plugin`."""

import pytest

from marugoto_site.database import embedded
from tools import plugin_trial
from tools.plugin_trial import Host, Workshop

pytestmark = [pytest.mark.slow, pytest.mark.programs]


@pytest.fixture(scope="module")
def workshop(tmp_path_factory):
    folder = tmp_path_factory.mktemp("plugin")
    wheel = plugin_trial.build_wheel(folder / "wheel")
    python = plugin_trial.make_interpreter(folder / "venv", wheel)
    return Workshop(folder, python, embedded.place_of(folder / "local"))


def test_a_fresh_project_that_follows_the_document_passes_its_checks(workshop):
    host = Host(workshop, "fresh")
    host.start()

    said = host.manage("check", "--fail-level", "WARNING")
    place = host.call(
        [str(workshop.python), "-c", "import casework, sys; print(casework.__file__, *sys.path, sep='\\n')"]
    )

    assert "no issues" in said
    assert str(workshop.folder) in place
    # The libraries may lie in a .venv inside the project; the project itself is not to be seen.
    assert str(plugin_trial.PROJECT) not in place.splitlines()


@pytest.mark.parametrize("begin", [plugin_trial.host_with_an_addon, plugin_trial.host_of_forms_alone])
def test_a_project_with_more_or_less_passes_its_checks_and_lacks_no_migration(workshop, begin):
    host = begin(workshop)

    assert "no issues" in host.manage("check")
    assert "No changes detected" in host.manage("makemigrations", "--check", "--dry-run")


def test_packages_of_the_host_that_hide_ours_are_named(workshop):
    plugin_trial.clashing(workshop)


def test_what_is_expected_and_not_said_fails_the_trial(workshop):
    with pytest.raises(plugin_trial.TrialFailed):
        plugin_trial.expect("all is well", "marugoto_site.E001")
