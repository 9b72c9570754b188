import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
LINT = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]


def test_each_floor_imports_only_those_below_it():
    ended = subprocess.run(LINT, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout


def test_a_wrong_import_would_be_found(tmp_path):
    for name in ("marugoto_site", "pages", "casework", "forms_app", "permissions"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("import casework\n" if name == "permissions" else "")
    config = tmp_path / "pyproject.toml"
    config.write_text((PROJECT / "pyproject.toml").read_text())
    ended = subprocess.run(LINT, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert "permissions is not allowed to import casework" in ended.stdout


def test_no_folder_is_empty():
    folders = [folder for folder in PROJECT.glob("*/") if folder.name[0] not in "._"]
    empty = [
        path
        for folder in folders
        for path in [folder, *folder.rglob("*/")]
        if path.name != "__pycache__" and not any(path.iterdir())
    ]
    assert empty == []
