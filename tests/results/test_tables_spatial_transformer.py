"""The tables of the spatial transformer."""

from tests.results.made_up_records import cells_of
from tests.results.made_up_records import text_of
from tests.results.made_up_records import write


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
        ["RTS MNIST, ST-CNN, affine, error in %", "2.50 (2.00 to 3.00)", "0.5"]
    ]


def test_summary_has_both_models_in_one_row(load, tmp_path):
    tables = load("tables_spatial_transformer")
    write(tmp_path, a=distorted_run(3.0), b=distorted_run(7.0, model="cnn"))
    assert tables.summary(tmp_path) == [
        ["RTS MNIST, CNN; ST-CNN, affine, error in %", "7.00; 3.00", "0.8; 0.5"]
    ]


def localized_run(localized, digit, distractors):
    settings = {"digit": digit, "distractors": distractors, "seed": 0}
    return {"settings": settings, "localized": localized}


def test_boxes_have_a_column_for_each_digit(load, tmp_path):
    tables = load("tables_spatial_transformer")
    write(
        tmp_path,
        first=localized_run(80.0, 7, 16),
        second=localized_run(71.0, 3, 16),
        third=localized_run(99.0, 7, 0),
    )
    text = text_of(tables, tmp_path)
    assert cells_of(text, "co-loc")[1:] == ["3", "7", "mean", "paper"]
    assert cells_of(text, "TC |")[1:] == ["71", "80", "75.5", "75 to 93"]
    assert cells_of(text, "T |")[1:] == ["-", "99", "99.0", "100"]
    assert tables.summary(tmp_path) == [
        [
            "MNIST, co-localization, T; TC, boxes found %",
            "99.0; 75.5",
            "100; 75 to 93",
        ]
    ]


def test_long_runs_stand_in_the_full_table_alone(load, tmp_path):
    tables = load("tables_spatial_transformer")
    write(tmp_path, long=distorted_run(0.5, num_train=57_500, epochs=70))
    assert "57,500 x 70" in text_of(tables, tmp_path)
    assert tables.summary(tmp_path) == []


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


def test_volumes_have_a_table_of_their_own(load, tmp_path):
    settings = {"model": "st_cnn", "volume_size": 32, "seed": 0}
    settings |= {"num_train": 20000, "epochs": 15}
    run = {"settings": settings, "test_error": 2.64, "num_params": 100214}
    write(tmp_path, volumes=run | {"cpu_minutes": 22.8})
    tables = load("tables_spatial_transformer")
    assert cells_of(text_of(tables, tmp_path), "ST-CNN") == [
        *["ST-CNN", "2.64", "100,214", "20000", "15", "23"]
    ]
