"""The README's tables agree with the recorded runs, which are complete."""

import importlib.util
import json
import pathlib

import pytest

ROOT = pathlib.Path(__file__).parents[1]
REQUIRED = ("command", "commit", "versions", "machine", "minutes", "curve")


@pytest.fixture(scope="module")
def fill_readme():
    path = ROOT / "results" / "fill_readme.py"
    spec = importlib.util.spec_from_file_location("fill_readme", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def committed_records():
    paths = sorted((ROOT / "results").glob("*/*.json"))
    paths += sorted((ROOT / "saved_models").glob("*/result.json"))
    return [
        path
        for path in paths
        if not path.stem.startswith(("benchmark", "parity"))
    ]


def missing_parts(record):
    """What a record does not say of how it came about."""
    missing = [name for name in REQUIRED if not record.get(name)]
    if record.get("settings", {}).get("seed") is None:
        missing.append("seed")
    return missing


def test_tables_are_up_to_date(fill_readme, capsys):
    assert fill_readme.main(["--check"]) == 0, capsys.readouterr().out


def test_committed_records_say_how_they_came_about():
    paths = committed_records()
    assert paths
    for path in paths:
        assert missing_parts(json.loads(path.read_text())) == [], path


def test_missing_parts_are_found():
    record = made_up_record({}, seed=0)
    assert missing_parts(record) == []
    del record["settings"]["seed"], record["commit"]
    assert missing_parts(record | {"curve": []}) == ["commit", "curve", "seed"]


def made_up_record(wrong_percents, seed=0, solved_at=None, **row):
    record = {
        "command": "examples/ntm_tasks.py",
        "commit": "0123456789ab",
        "settings": {"seed": seed},
        "versions": {"python": "3.11"},
        "machine": "x86_64",
        "minutes": 2.0 + seed,
        "curve": [{"epoch": 1, "sequences": 15000}],
        "tests": [
            {
                "test": test,
                "bits_per_sequence": 3.25,
                "wrong_bits_per_sequence": 1.5,
                "wrong_percent": percent,
                **row,
            }
            for test, percent in wrong_percents.items()
        ],
    }
    if solved_at:
        record["solved_at"] = solved_at
    return record


def write(folder, **contents):
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        (folder / f"{name}.json").write_text(json.dumps(content))
    return folder


def cells_of(text, start):
    """Cells of the one row that starts with a label."""
    (line,) = [s for s in text.splitlines() if s.startswith(f"| {start}")]
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_no_records_give_no_table(fill_readme, tmp_path):
    assert fill_readme.readme_tables(tmp_path) == ""
    assert fill_readme.readme_tables(tmp_path / "missing") == ""


def test_unfinished_record_gives_no_row(fill_readme, tmp_path):
    record = made_up_record({"10": 0.0})
    del record["tests"]
    write(tmp_path, copy_lstm=record)
    assert fill_readme.readme_tables(tmp_path) == ""


def test_seeds_are_shown_as_median_and_worst(fill_readme, tmp_path):
    for seed, (percent, solved_at) in enumerate(
        [(0.0, 4500), (0.25, 5000), (7.0, None)]
    ):
        record = made_up_record(
            {"10": 0.0, "120": percent}, seed=seed, solved_at=solved_at
        )
        write(tmp_path, **{f"copy_ntm_seed{seed}": record})
    text = fill_readme.readme_tables(tmp_path)
    label, *cells = cells_of(text, "NTM")
    assert label.endswith("median of 3 seeds (worst)")
    assert cells == [
        *["0", "-", "-", "-", "-", "0.25 (7.00)"],
        *["5,000 (-)", "15,000", "3.0 (4.0)"],
    ]
    assert len(cells_of(text, "paper's NTM")) == 1 + len(cells)
    assert "LSTM, 3 x 256" not in text


def test_tasks_stand_beside_the_figures_of_the_paper(fill_readme, tmp_path):
    ngrams = made_up_record({"200": 0.0}, optimal_bits_per_sequence=132.5)
    recall = made_up_record({"6": 0.0, "20": 1.0}, solved_at=9000)
    write(tmp_path, dynamic_ngrams=ngrams, associative_recall=recall)
    text = fill_readme.readme_tables(tmp_path)
    label, *cells = cells_of(text, "[dynamic N-grams")
    assert label.endswith("(results/ntm/dynamic_ngrams.json)")
    assert cells[0] == "200: 3.25 (1.50), optimum 132.50"
    assert "Fig. 13" in cells[1]
    assert cells[2:] == ["-", "15,000", "2"]
    _, *cells = cells_of(text, "[associative recall")
    assert cells[0] == "6: 3.25 (1.50)<br>20: 3.25 (1.50)"
    assert "Fig. 11" in cells[1] and cells[2] == "9,000"
    assert "repeat copy" not in text


def test_benchmark_shows_ntm_ratios_at_length_20(fill_readme, tmp_path):
    row = {"model": "ntm", "mode": "xla", "length": 20, "batch": 1}
    row |= {"memory_size": 128, "ratio": 0.0713, "median_ms": 2.84}
    others = [
        row | {"length": 60, "ratio": 0.5},
        row | {"memory_size": 512, "ratio": 0.6},
        row | {"model": "lstm", "ratio": 1.0},
    ]
    rows = [*others, row, row | {"batch": 16, "mode": "jax", "ratio": 0.19}]
    write(tmp_path, benchmark={"rows": rows})
    text = fill_readme.readme_tables(tmp_path)
    assert cells_of(text, "length 20") == ["length 20", "XLA", "JAX"]
    assert cells_of(text, "batch 1 ") == ["batch 1", "0.071 (2.8 ms)", "-"]
    assert cells_of(text, "batch 16") == ["batch 16", "-", "0.190 (2.8 ms)"]


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0"), (0.004, "< 0.01"), (0.014, "0.01"), (1234.5, "1,234.50")],
)
def test_small_number_does_not_look_like_zero(fill_readme, value, text):
    assert fill_readme.number(value) == text


def test_check_reports_and_filling_repairs(fill_readme, tmp_path, capsys):
    empty = f"a\n{fill_readme.BEGIN}\nold\n{fill_readme.END}\nb\n"
    readme = tmp_path / "README.md"
    readme.write_text(empty)
    model = write(tmp_path / "saved_models" / "ntm_copy" / "1").parent
    (model.parent / "README.md").write_text(empty)
    write(model, result=made_up_record({"120": 0.5}))
    write(tmp_path / "results/ntm", copy_lstm=made_up_record({"10": 50.0}))

    assert fill_readme.main(["--check"], tmp_path) == 1
    assert "make results-table" in capsys.readouterr().out
    assert readme.read_text() == empty
    assert fill_readme.main([], tmp_path) == 0
    filled = readme.read_text()
    assert "LSTM, 3 x 256" in filled and "old" not in filled
    assert filled.startswith("a\n") and filled.endswith("\nb\n")
    assert "| 120 | 1.50 | 0.50 |" in (model.parent / "README.md").read_text()
    assert fill_readme.main(["--check"], tmp_path) == 0


def test_missing_markers_raise(fill_readme):
    with pytest.raises(ValueError, match="results:begin"):
        fill_readme.fill("a", "b")
