"""The tables of the memory networks."""

import pytest

from tests.results.made_up_records import cells_of
from tests.results.made_up_records import text_of
from tests.results.made_up_records import write

OFFICIAL = {"source": "official", "test_source": "official"}
SETTINGS = OFFICIAL | {
    "joint": False,
    "size": "1k",
    "encoding": "position",
    "linear_epochs": 20,
    "noise": 0.1,
    "hops": 3,
    "restarts": 10,
    "task": ["all"],
}


def run_of(best, tasks=range(1, 21), **settings):
    """A record of MemN2N in which all restarts err a point less."""
    found = {"best_error": best, "ensemble_error": best - 1.0}
    return {
        "settings": SETTINGS | settings,
        "tasks": {str(task): found for task in tasks},
        **found,
    }


def test_tasks_stand_beside_the_paper_and_beside_joint_training(load, tmp_path):
    tables = load("tables_memory_networks")
    write(tmp_path, alone=run_of(12.5), joint=run_of(11.25, joint=True))
    text = text_of(tables, tmp_path)
    assert cells_of(text, "5 ") == [
        *["5", "12.5", "11.5", "13.1", "11.2", "10.2", "14.4"]
    ]
    assert cells_of(text, "mean") == [
        *["mean", "12.5", "11.5", "13.9", "11.2", "10.2", "12.4"]
    ]
    (row,) = tables.summary(tmp_path)
    assert row[0].endswith(": 1,000 questions; joint")
    assert row[1:] == ["12.5 (11.5); 11.2 (10.2)", "13.9; 12.4"]


def test_other_settings_do_not_pass_for_the_paper_s(load, tmp_path):
    tables = load("tables_memory_networks")
    write(tmp_path, one_hop=run_of(25.0, hops=1))
    assert tables.tables(tmp_path) == [] == tables.summary(tmp_path)


def test_means_are_of_the_same_tasks(load, tmp_path):
    write(tmp_path, some=run_of(0.0, tasks=(1, 17)))
    text = text_of(load("tables_memory_networks"), tmp_path)
    assert cells_of(text, "mean")[:4] == ["mean", "0", "-1.0", "25.5"]


def test_ablation_has_a_row_for_each_variant_that_ran_on_all(load, tmp_path):
    plain = {"linear_epochs": 0, "noise": 0.0}
    write(
        tmp_path,
        full=run_of(12.5),
        position=run_of(20.5, **plain),
        bag=run_of(25.5, encoding="bow", **plain),
        start=run_of(16.5, tasks=(1, 2), noise=0.0),
    )
    text = text_of(load("tables_memory_networks"), tmp_path)
    assert cells_of(text, "BoW ") == ["BoW", "25.5", "24.5", "25.1"]
    assert cells_of(text, "PE |") == ["PE", "20.5", "19.5", "20.3"]
    assert cells_of(text, "PE LS RN") == ["PE LS RN", "12.5", "11.5", "13.9"]
    assert "| PE LS |" not in text


def test_the_paper_s_mean_is_of_the_tasks_that_ran(load, tmp_path):
    tables = load("tables_memory_networks")
    write(tmp_path, large=run_of(4.0, tasks=(17, 18), size="10k"))
    text = text_of(tables, tmp_path)
    assert cells_of(text, "mean") == ["mean", "4.0", "3.0", "23.7"]
    (row,) = tables.summary(tmp_path)
    assert row[1:] == ["4.0 (3.0)", "23.7"]


@pytest.mark.parametrize("missing", [None, "official", "generated"])
def test_transfer_needs_both_trainings(load, tmp_path, missing):
    runs = {
        "official": run_of(2.0),
        "generated": run_of(3.0, tasks=(1, 4), source="generated"),
    }
    runs.pop(missing, None)
    write(tmp_path, **runs)
    text = text_of(load("tables_memory_networks"), tmp_path)
    assert ("generated stories" in text) == (missing is None)
    if missing is None:
        after = text[text.index("generated stories") :]
        assert cells_of(after, "4 ") == ["4", "3.0", "2.0"]


def test_strong_supervision_stands_beside_the_paper(load, tmp_path):
    tables = load("tables_memory_networks")
    found = {"error": 1.5, "support_error": 2.5}
    run = {"settings": {"source": "official"}, "worst_error": 1.5}
    run["tasks"] = {"5": found, "7": found}
    generated = run | {"settings": {"source": "generated"}}
    write(tmp_path, generated=generated, supervised=run)
    text = text_of(tables, tmp_path)
    assert cells_of(text, "7 ") == ["7", "1.5", "2.5", "15"]
    (row,) = tables.summary(tmp_path)
    assert row[1:] == ["1.5", "8.5"]


def test_means_of_the_paper_are_those_it_states(load):
    tables = load("tables_memory_networks")
    means = {
        column: sum(tables.paper_errors(column).values()) / 20
        for column in tables.PAPER
    }
    stated = {"1k": 13.9, "1k joint": 12.4, "10k": 6.6, "MemNN": 6.7}
    assert means == pytest.approx(stated, abs=0.051)


def test_one_start_a_seed_is_a_table_of_its_own(load, tmp_path):
    tables = load("tables_memory_networks")
    seeds = {}
    for seed in range(3):
        seeds[f"seed{seed}"] = run_of(1.0, (1,), restarts=1, task=["1"])
        seeds[f"seed{seed}"]["tasks"]["1"] = {
            "best_error": 0.1 * seed,
            "seconds_per_epoch": 0.004,
            "minutes": 0.05,
        }
    write(tmp_path, **seeds)
    (text,) = tables.tables(tmp_path)
    assert cells_of(text, "3") == ["3", "0.1 (0.2)", "4.00", "3.0"]
    assert tables.summary(tmp_path) == []


def test_language_models_stand_below_each_other(load, tmp_path):
    tables = load("tables_memory_networks")
    run = {
        "settings": {"data": "wikitext2", "model": "memn2n"},
        "test_perplexity": 200.5,
        "validation_perplexity": 190.0,
        "unigram_perplexity": 700.0,
        "parameters": 1_234_567,
        "vocabulary_size": 8_000,
        "cpu_minutes": 12.3,
        "curve": [{}, {}],
    }
    other = run | {"settings": {"data": "wikitext2", "model": "lstm"}}
    generated = run | {"settings": {"data": "generated", "model": "memn2n"}}
    write(tmp_path, network=run, lstm=other, generated=generated)
    (text,) = tables.tables(tmp_path)
    cells = ["MemN2N", "200.5", "190.0", "1,234,567", "2", "12"]
    assert cells_of(text, "MemN2N") == cells
    assert "perplexity of 700" in text
    assert text.index("| LSTM") < text.index("| MemN2N")


def test_benchmark_says_what_is_compared(load, tmp_path):
    row = {"library": "torch", "mode": "eager", "median_ms": 42.0, "ratio": 10}
    record = {"task": 1, "threads": 1, "rows": [row]}
    write(tmp_path, benchmark=record)
    (text,) = load("tables_memory_networks").tables(tmp_path)
    assert cells_of(text, "PyTorch") == ["PyTorch, eager", "42.0 ms", "10.0"]
