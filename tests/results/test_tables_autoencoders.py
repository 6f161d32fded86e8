"""The tables of the autoencoders."""

import pytest

from tests.results.made_up_records import cells_of
from tests.results.made_up_records import text_of
from tests.results.made_up_records import write


def test_likelihood_stands_beside_the_replication(load, tmp_path):
    tables = load("tables_autoencoders")
    settings = {"data": "mnist", "importance_samples": 5, "epochs": 300}
    settings |= {"binarization": "dynamic", "latent_dim": 50}
    settings |= {"nll_samples": 5000}
    run = {"settings": settings, "cpu_minutes": 41.2, "active_units": 22.0}
    run |= {"test_nll": 86.504, "test_nll_standard_error": 0.23}
    run |= {"test_elbo": -90.25, "num_test_images": 10_000}
    write(tmp_path, iwae5_seed0=run)
    static = run | {"settings": settings | {"binarization": "static"}}
    write(tmp_path, static=static)
    write(tmp_path, unfinished={"settings": settings})
    assert cells_of(text_of(tables, tmp_path), "IWAE") == [
        *["IWAE, k = 5", "86.50 ± 0.23", "-90.25", "22", "300", "41"],
        *["10,000 x 5,000", "85.46"],
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
    paper = "1.35 (remembered)"
    assert cells == ["1.50", "-", "75.0", "0", "150", "40", paper]
    (row,) = tables.summary(tmp_path)
    assert row[1:] == ["1.50", paper] and label in row[0]


@pytest.mark.parametrize("other", [{"k": 26}, {"units": 500}, {"method": "kl"}])
def test_the_paper_is_quoted_for_its_own_sizes_only(load, tmp_path, other):
    settings = {"method": "k_sparse", "units": 1000, "k": 25} | other
    tables = load("tables_autoencoders")
    assert tables.sparse_paper(settings) == "-"


def test_methods_are_sorted_by_the_norm_of_their_jacobian(load, tmp_path):
    settings = {"data": "mnist", "units": 1000, "seed": 0, "epochs": 50}
    for method, norm in (("contractive", 0.5), ("plain", 4.0)):
        run = {"settings": settings | {"method": method}, "cpu_minutes": 8.0}
        run |= {"test_error": 2.5, "mean_jacobian_norm": norm}
        run |= {"saturation": 12.25, "curve": [{}]}
        run["curve"][0]["val_reconstruction_loss"] = 75.0
        write(tmp_path, **{method: run})
    (row,) = load("tables_autoencoders").summary(tmp_path)
    assert "contractive, plain" in row[0] and row[1] == "2.50, 2.50"
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
    (row,) = load("tables_autoencoders").summary(tmp_path)
    assert row[1] == "7.63 (11.29)"


def test_benchmark_rows_are_ratios_of_one_run(load, tmp_path):
    penalty = {"encoder": "784-256", "mode": "xla", "median_ms": 1.625}
    penalties = [
        penalty | {"method": "none", "step": "plain", "ratio": 1.0},
        penalty | {"method": "closed_form", "step": "alone", "ratio": 1.25},
    ]
    step = {"library": "keras_dl4", "mode": "graph", "threads": 2}
    step |= {"median_ms": 8.0, "ratio": 1.5}
    write(tmp_path, benchmark={"penalties": penalties, "vae": [step]})
    text = text_of(load("tables_autoencoders"), tmp_path)
    assert "none" not in text
    assert cells_of(text, "784-256") == [
        *["784-256, closed form, XLA, penalty alone", "1.62 ms", "1.25"]
    ]
    assert cells_of(text, "keras_dl4") == [
        *["keras_dl4, no XLA, 2 threads", "8.00 ms", "1.50"]
    ]
