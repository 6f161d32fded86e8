"""The READMEs' tables agree with the recorded runs, which are complete."""

import importlib
import json
import pathlib

import pytest

ROOT = pathlib.Path(__file__).parents[1]
REQUIRED = ("command", "commit", "versions", "machine", "minutes", "curve")


@pytest.fixture
def load(monkeypatch):
    """Imports a file of results/, which is no package."""
    monkeypatch.syspath_prepend(ROOT / "results")
    return importlib.import_module


@pytest.fixture
def ntm(load):
    return load("tables_ntm")


@pytest.fixture
def fill_readme(load):
    return load("fill_readme")


def text_of(module, folder):
    return "\n\n".join(module.tables(folder))


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
    for content in fill_readme.contents(tmp_path / "missing").values():
        assert content == ""


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


def distorted_run(error, seed=0, **settings):
    settings = {
        "distortion": "RTS",
        "model": "st_cnn",
        "transform": "affine",
        "num_transforms": 1,
        "num_train": 20_000,
        "epochs": 10,
        "seed": seed,
    } | settings
    return {"settings": settings, "num_params": 71208, "test_error": error}


def test_distortions_stand_beside_the_paper(load, tmp_path):
    tables = load("tables_spatial_transformer")
    write(
        tmp_path,
        RTS_st_cnn_seed0=distorted_run(3.0),
        RTS_st_cnn_seed1=distorted_run(2.0, seed=1),
        R_cnn_seed0=distorted_run(4.87, distortion="R", model="cnn"),
        addition=distorted_run(
            8.5, distortion="addition", model="st_fcn", num_transforms=2
        ),
        unfinished=distorted_run(None),
    )
    text = text_of(tables, tmp_path)
    assert cells_of(text, "RTS")[1:] == [
        *["2.50 (2.00 to 3.00)", "2", "71,208", "20,000 x 10", "0.5"]
    ]
    assert cells_of(text, "R, CNN")[1] == "4.87"
    assert cells_of(text, "addition, 2 ST-FCN, affine")[-1] == "9.0"
    assert tables.summary(tmp_path) == [
        ["RTS MNIST, ST-CNN, affine, error in %", "2.50 (2.00 to 3.00)", 0.5]
    ]


def test_sampling_is_shown_as_ratios_to_pytorch(load, tmp_path):
    row = {"shape": [2, 8, 8, 1], "what": "params", "threads": 2}
    row |= {"library": "torch", "mode": "eager", "ratio": 1.0}
    rows = [
        row | {"median_ms": 1.5},
        row | {"library": "keras_dl4", "mode": "xla", "ratio": 0.75},
    ]
    write(tmp_path, benchmark={"rows": rows})
    text = text_of(load("tables_spatial_transformer"), tmp_path)
    assert cells_of(text, "2 x 8")[:4] == [
        *["2 x 8 x 8 x 1, + gradient of parameters", "1.50 ms", "0.75", "-"]
    ]


def test_likelihood_stands_beside_the_replication(load, tmp_path):
    tables = load("tables_autoencoders")
    settings = {"data": "mnist", "importance_samples": 5, "epochs": 300}
    run = {"settings": settings, "cpu_minutes": 41.2, "active_units": 22.0}
    run |= {"test_nll": 86.504, "test_nll_standard_error": 0.23}
    write(tmp_path, iwae5_seed0=run | {"test_elbo": -90.25})
    write(tmp_path, unfinished={"settings": settings})
    assert cells_of(text_of(tables, tmp_path), "IWAE") == [
        *["IWAE, k = 5", "86.50 ± 0.23", "-90.25", "22", "300", "41", "85.46"]
    ]
    assert tables.summary(tmp_path) == [
        [
            "MNIST, IWAE, k = 5, test NLL in nats",
            "86.50 ± 0.23",
            "85.46, a replication",
        ]
    ]


def test_sparse_codes_have_a_row_if_they_are_of_mnist(load, tmp_path):
    tables = load("tables_autoencoders")
    settings = {"method": "k_sparse", "units": 1000, "k": 25, "epochs": 150}
    run = {"settings": settings | {"data": "mnist"}, "cpu_minutes": 40.2}
    run |= {"test_error": 1.5, "mean_active": 75.0, "never_active": 0.0}
    other = run | {"settings": settings | {"data": "sklearn"}}
    write(tmp_path, k_sparse=run, other=other)
    label, *cells = cells_of(text_of(tables, tmp_path), "k-sparse")
    assert label == "k-sparse, 1,000 units, k = 25"
    assert cells == ["1.50", "-", "75.0", "0", "150", "40"]
    (row,) = tables.summary(tmp_path)
    assert row[1] == "1.50" and label in row[0]


def test_methods_are_sorted_by_the_norm_of_their_jacobian(load, tmp_path):
    settings = {"data": "mnist", "units": 1000, "seed": 0, "epochs": 50}
    for method, norm in (("contractive", 0.5), ("plain", 4.0)):
        run = {"settings": settings | {"method": method}, "cpu_minutes": 8.0}
        run |= {"test_error": 2.5, "mean_jacobian_norm": norm}
        run |= {"saturation": 12.25, "curve": [{}]}
        run["curve"][0]["val_reconstruction_loss"] = 75.0
        write(tmp_path, **{method: run})
    text = text_of(load("tables_autoencoders"), tmp_path)
    assert text.index("| plain") < text.index("| contractive")
    assert cells_of(text, "plain")[1:] == [
        *["2.50", "4.000", "12.2", "75.0", "50", "8"]
    ]


def test_pretraining_stands_beside_none(load, tmp_path):
    run = {"settings": {"num_labels": 1000, "seed": 0}}
    run |= {"test_error_with_pretraining": 7.63}
    run |= {"test_error_without_pretraining": 11.29}
    write(tmp_path, stacked_seed0=run)
    text = text_of(load("tables_autoencoders"), tmp_path)
    assert cells_of(text, "1000") == ["1000", "0", "11.29", "7.63"]


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
