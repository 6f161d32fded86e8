"""The tables of the adversarial networks."""

from tests.results.made_up_records import cells_of
from tests.results.made_up_records import text_of
from tests.results.made_up_records import write


def run_of(preset, data="mnist", **results):
    run = {"settings": {"preset": preset, "data": data}, "curve": [{}] * 50}
    run |= {"parzen_log_likelihood": 226.4, "parzen_standard_error": 2.04}
    run |= {"parzen_bandwidth": 0.175, "frechet_distance": 12.5}
    run |= {"frechet_distance_of_data": 0.25, "cpu_minutes": 130.2}
    return run | results


def test_likelihoods_stand_below_the_paper_s(load, tmp_path):
    tables = load("tables_gan")
    small = run_of("dcgan", "sklearn")
    write(tmp_path, paper2014=run_of("paper2014"), small=small)
    text = text_of(tables, tmp_path)
    assert cells_of(text, "Adversarial networks |")[1] == "225 ± 2"
    assert cells_of(text, "Adversarial networks, recipe")[1:] == [
        *["226 ± 2.0", "0.175", "12.50", "0.25", "50 (130 CPU minutes)"]
    ]
    assert "DCGAN" not in text
    (row,) = tables.summary(tmp_path)
    assert row[1:] == [
        *["226 ± 2.0", "225 ± 2 (138 ± 2, 121 ± 1.6, 214 ± 1.1)"]
    ]


def test_samples_of_digits_are_shown_in_percent(load, tmp_path):
    tables = load("tables_gan")
    settings = {"generator_loss": "non_saturating", "epochs": 400}
    run = {"settings": settings, "cpu_minutes": 1.94, "recognized": 0.869}
    run |= {"classifier_accuracy": 0.986, "smallest_class": 0.067}
    write(tmp_path, digits=run)
    assert cells_of(text_of(tables, tmp_path), "non saturating")[1:] == [
        *["98.6", "86.9", "6.7", "400", "1.9"]
    ]
    assert tables.summary(tmp_path) == []


def test_a_line_shows_how_its_modes_are_covered(load, tmp_path):
    run = {"settings": {}, "wasserstein": 0.046, "smallest_mode": 0.93}
    write(tmp_path, line=run | {"mean_score": 0.5, "cpu_minutes": 0.5})
    text = text_of(load("tables_gan"), tmp_path)
    assert cells_of(text, "0.046") == ["0.046", "93", "0.500", "0.5"]


def test_steps_are_shown_as_ratios_to_the_guide(load, tmp_path):
    row = {"network": "dense", "threads": 2}
    guide = {"library": "guide", "mode": "graph", "median_ms": 18.961}
    ours = {"library": "keras_dl4", "mode": "xla", "median_ms": 18.0}
    rows = [row | guide | {"ratio": 1.0}, row | ours | {"ratio": 0.95}]
    write(tmp_path, benchmark={"rows": rows})
    text = text_of(load("tables_gan"), tmp_path)
    assert cells_of(text, "dense")[1:] == ["18.96 ms", "0.95", *["-"] * 3]
