import io

import pytest

from permissions.spreadsheet import harmless, write_table


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"])
def test_formula_becomes_a_text(start):
    assert harmless(f"{start}1") == f"'{start}1"
    assert harmless(f"  {start}1") == f"'  {start}1" or not start.strip()


@pytest.mark.parametrize("cell", ["", "1", "葉月原", "a=1", "'=1", "192.0.2.7"])
def test_other_cells_stay(cell):
    assert harmless(cell) == cell


def test_table_has_its_columns_and_no_formula():
    file = io.StringIO(newline="")

    write_table(file, ["一", "二"], [["=1", 'a"b'], ["", "c,\nd"]])

    assert file.getvalue() == '一,二\r\n\'=1,"a""b"\r\n,"c,\nd"\r\n'
