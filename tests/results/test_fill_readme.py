"""The READMEs' tables agree with the records, and their text is right."""

import pytest

from tests.results.made_up_records import made_up_record
from tests.results.made_up_records import write


def test_tables_are_up_to_date(fill_readme, capsys):
    assert fill_readme.main(["--check"]) == 0, capsys.readouterr().out


def test_no_records_give_no_table(fill_readme, tmp_path):
    for content in fill_readme.contents(tmp_path / "missing").values():
        assert content == ""


@pytest.mark.parametrize(
    ("value", "text"),
    [
        *[(0.0, "0"), (0.004, "< 0.01"), (0.014, "0.01"), (1234.5, "1,234.50")],
        *[(-91.107, "-91.11"), (-0.004, "> -0.01")],
    ],
)
def test_small_number_does_not_look_like_zero(load, value, text):
    assert load("table_text").number(value) == text


def test_check_reports_and_filling_repairs(load, tmp_path, capsys):
    fill_readme, table_text = load("fill_readme"), load("table_text")
    empty = f"a\n{table_text.BEGIN}\nold\n{table_text.END}\nb\n"
    model = write(tmp_path / "saved_models" / "ntm_copy" / "1").parent
    write(model, result=made_up_record({"120": 0.5}))
    write(tmp_path / "results/ntm", copy_lstm=made_up_record({"120": 50.0}))
    readme, *others = [
        tmp_path / folder / "README.md"
        for folder in (".", "results", "saved_models")
    ]
    for path in (readme, *others):
        path.write_text(empty)

    assert fill_readme.main(["--check"], tmp_path) == 1
    assert "make results-table" in capsys.readouterr().out
    assert readme.read_text() == empty
    assert fill_readme.main([], tmp_path) == 0
    filled = readme.read_text()
    assert "Copy 120 vectors, LSTM" in filled and "old" not in filled
    assert filled.startswith("a\n") and filled.endswith("\nb\n")
    assert "| LSTM, 3 x 256 |" in others[0].read_text()
    assert "| 120 | 1.50 | 0.50 |" in others[1].read_text()
    assert fill_readme.main(["--check"], tmp_path) == 0


def test_missing_markers_raise(load):
    with pytest.raises(ValueError, match="results:begin"):
        load("table_text").fill("a", "b")
