import pytest

# What is compared there says what differed.
pytest.register_assert_rewrite("tests.casework.machine", "tests.casework.doors")
