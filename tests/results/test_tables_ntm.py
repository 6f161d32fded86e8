"""The tables of the Neural Turing Machine."""

import pytest

from tests.results.made_up_records import cells_of
from tests.results.made_up_records import made_up_record
from tests.results.made_up_records import text_of
from tests.results.made_up_records import write


@pytest.fixture
def ntm(load):
    return load("tables_ntm")


def test_unfinished_record_gives_no_row(ntm, tmp_path):
    record = made_up_record({"10": 0.0})
    del record["tests"]
    write(tmp_path, copy_lstm=record)
    assert ntm.tables(tmp_path) == [] == ntm.summary(tmp_path)


def test_seeds_are_shown_as_median_and_worst(ntm, tmp_path):
    for seed, (percent, solved_at) in enumerate(
        [(0.0, 4500), (0.25, 5000), (7.0, None)]
    ):
        record = made_up_record(
            {"10": 0.0, "120": percent}, seed=seed, solved_at=solved_at
        )
        write(tmp_path, **{f"copy_ntm_seed{seed}": record})
    text = text_of(ntm, tmp_path)
    label, *cells = cells_of(text, "NTM")
    assert label.endswith("median of 3 seeds (worst)")
    assert cells == [
        *["0", "-", "-", "-", "-", "0.25 (7.00)"],
        *["5,000 (-)", "15,000", "3.0 (4.0)"],
    ]
    assert len(cells_of(text, "paper's NTM")) == 1 + len(cells)
    assert "LSTM, 3 x 256" not in text


def test_tasks_stand_beside_the_figures_of_the_paper(ntm, tmp_path):
    ngrams = made_up_record({"200": 0.0}, optimal_bits_per_sequence=132.5)
    recall = made_up_record({"6": 0.0, "20": 1.0}, solved_at=9000)
    write(tmp_path, dynamic_ngrams=ngrams, associative_recall=recall)
    text = text_of(ntm, tmp_path)
    label, *cells = cells_of(text, "[dynamic N-grams")
    assert label.endswith("(ntm/dynamic_ngrams.json)")
    assert cells[0] == "200: 3.25 (1.50), optimum 132.50"
    assert "Fig. 13" in cells[1]
    assert cells[2:] == ["-", "15,000", "2"]
    _, *cells = cells_of(text, "[associative recall")
    assert cells[0] == "6: 3.25 (1.50)<br>20: 3.25 (1.50)"
    assert "Fig. 11" in cells[1] and cells[2] == "9,000"
    assert "repeat copy" not in text


def test_benchmark_shows_ntm_ratios_at_length_20(ntm, tmp_path):
    row = {"model": "ntm", "mode": "xla", "length": 20, "batch": 1}
    row |= {"memory_size": 128, "ratio": 0.0713, "median_ms": 2.84}
    others = [
        row | {"length": 60, "ratio": 0.5},
        row | {"memory_size": 512, "ratio": 0.6},
        row | {"model": "lstm", "ratio": 1.0},
    ]
    rows = [*others, row, row | {"batch": 16, "mode": "jax", "ratio": 0.19}]
    write(tmp_path, benchmark={"rows": rows})
    text = text_of(ntm, tmp_path)
    assert cells_of(text, "length 20") == ["length 20", "XLA", "JAX"]
    assert cells_of(text, "batch 1 ") == ["batch 1", "0.071 (2.8 ms)", "-"]
    assert cells_of(text, "batch 16") == ["batch 16", "-", "0.190 (2.8 ms)"]
