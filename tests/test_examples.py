"""Every example runs, with arguments that make it small."""

import importlib.util
import json
import math
import os
import pathlib

import pytest

EXAMPLES = pathlib.Path(__file__).parents[1] / "examples"

# Script: one list of arguments for each run; `{out}` is a temporary folder.
SMALL_ARGUMENTS = {
    "autoencoder_digits": [
        (
            "--num-train 64 --hidden 8 --code-size 3 --epochs 1 --demo "
            "--verbose 2 --out {out}"
        ).split(),
    ],
    "denoising_autoencoder_digits": [
        (
            "--num-train 64 --hidden 8 --epochs 1 --emphasis 1 0 --demo "
            "--verbose 2 --out {out}"
        ).split(),
        (
            "--noise gaussian --num-train 64 --hidden 8 --epochs 1 "
            "--verbose 2 --out {out}"
        ).split(),
    ],
    "stacked_autoencoder_digits": [
        (
            f"--kind {kind} --widths 8 6 --num-train 200 --num-labels 20 "
            f"--pretraining-epochs 1 --epochs 1 {more} --verbose 2 "
            "--out {out}"
        ).split()
        for kind, more in (
            ("denoising", "--demo"),
            ("contractive", ""),
            ("sparse", ""),
        )
    ],
    "memnn_babi": [
        (
            "--task 2 --memory-size 8 --embedding-dim 4 --epochs 1 "
            "--batch-size 100 --steps-per-execution 1 --jit off --verbose 2 "
            "--out {out}"
        ).split(),
    ],
    "memn2n_babi": [
        (
            "--task 1 --restarts 2 --epochs 1 --linear-epochs 1 --demo "
            "--verbose 0 --out {out}"
        ).split(),
        (
            "--task 4 15 --joint --restarts 1 --encoding bow --noise 0 "
            "--hops 1 --epochs 1 --linear-epochs 0 --verbose 0 --out {out}"
        ).split(),
    ],
    "memn2n_language_model": [
        (
            f"--model {model} --num-words 400 --embedding-dim 4 --hops 2 "
            "--memory-size 5 --epochs 1 --verbose 2 --out {out}"
        ).split()
        for model in ("memn2n", "lstm")
    ],
    "caption_language_models": [
        (
            f"--model {model} --num-train 100 --embedding-dim 4 --factors 5 "
            "--tag-dim 6 --epochs 1 --verbose 2 --out {out}"
        ).split()
        for model in ("log_bilinear", "multiplicative", "sc_nlm")
    ],
    "ntm_tasks": [
        (
            "--task copy --sequences 20 --batch-size 2 --num-tests 2 "
            "--demo --verbose 2 --out {out}"
        ).split(),
        # Two layers, five heads of each kind, and the paper's preset.
        (
            "--task priority_sort --preset paper --sequences 2 --batch-size 2 "
            "--num-tests 2 --jit off --verbose 2 --out {out}"
        ).split(),
        (
            "--task dynamic_ngrams --controller dense --sequences 2 "
            "--batch-size 2 --num-tests 2 --jit off --verbose 2 --out {out}"
        ).split(),
        (
            "--task associative_recall --model lstm --sequences 2 "
            "--batch-size 2 --num-tests 2 --jit off --verbose 2 --out {out}"
        ).split(),
    ],
    "sc_nlm_scenes": [
        (
            "--num-pictures 128 --embedding-epochs 1 --embedding-dim 8 "
            "--num-train 60 --epochs 1 --word-dim 4 --num-factors 8 "
            "--tag-dim 8 --num-structures 3 --beam-width 2 --num-tests 20 "
            "--demo --verbose 2 --out {out}"
        ).split(),
    ],
    "variational_autoencoder_digits": [
        (
            "--num-train 64 --hidden 8 --batch-size 32 --epochs 2 "
            "--nll-samples 3 --test-images 20 --demo --verbose 2 --out {out}"
        ).split(),
        (
            "--preset paper --binarization static --importance-samples 3 "
            "--num-train 64 --hidden 8 --epochs 1 --nll-samples 2 "
            "--test-images 20 --jit off --verbose 2 --out {out}"
        ).split(),
        (
            "--preset budget --binarization none --latent-dim 3 "
            "--num-train 64 --hidden 8 --batch-size 32 --epochs 1 "
            "--nll-samples 2 --test-images 20 --verbose 2 --out {out}"
        ).split(),
    ],
    "sparse_autoencoder_digits": [
        (
            "--method k_sparse --num-train 300 --units 12 --k 3 --epochs 2 "
            "--demo --verbose 2 --out {out}"
        ).split(),
        (
            "--method kl --num-train 300 --units 8 --epochs 1 "
            "--no-pixel-probe --verbose 2 --out {out}"
        ).split(),
    ],
    "contractive_autoencoder_digits": [
        (
            "--num-train 300 --units 9 --epochs 1 --demo --verbose 2 "
            "--out {out}"
        ).split(),
    ],
    "gan_digits": [
        (
            "--num-train 128 --hidden 8 --epochs 1 --classifier-epochs 1 "
            "--num-samples 20 --demo --verbose 2 --out {out}"
        ).split(),
    ],
    "gan_mnist": [
        (
            f"--preset {preset} --data sklearn --num-train 128 --width 4 "
            "--epochs 1 --classifier-epochs 1 --num-samples 20 --jit off "
            "--verbose 2 --out {out}"
        ).split()
        for preset in ("paper2014", "dcgan", "wasserstein")
    ],
    "gan_one_dimensional": [
        (
            "--epochs 2 --steps-per-epoch 2 --batch-size 8 --hidden 4 "
            "--num-samples 20 --verbose 2 --out {out}"
        ).split(),
    ],
    "spatial_transformer_digits": [
        (
            "--distortion R --num-train 64 --batch-size 32 --epochs 1 "
            "--num-tests 20 --demo --verbose 2 --out {out}"
        ).split(),
        (
            "--distortion addition --model st_fcn --num-train 32 "
            "--transform thin_plate_spline --batch-size 16 --epochs 1 "
            "--num-tests 20 --preset paper --verbose 2 --out {out} "
            "--log-dir {out}/logs"
        ).split(),
        (
            "--distortion TC --model cnn --width 4 --num-train 16 "
            "--batch-size 8 --epochs 1 --num-tests 20 --verbose 2 --out {out}"
        ).split(),
    ],
    "spatial_transformer_colocalization": [
        (
            "--num-train 100 --num-images 8 --batch-size 4 --encoder-steps 1 "
            "--epochs 2 --steps-per-epoch 2 --verbose 2 --out {out}"
        ).split(),
    ],
    "spatial_transformer_volumes": [
        (
            "--num-train 8 --batch-size 4 --epochs 1 --num-tests 4 "
            "--verbose 2 --out {out}"
        ).split(),
    ],
    "visual_semantic_embedding_emoji": [
        (
            "--num-train 64 --epochs 2 --batch-size 32 --embedding-dim 4 "
            "--verbose 2 --out {out}"
        ).split(),
    ],
    "visual_semantic_embedding_scenes": [
        (
            f"--encoder {encoder} --num-train 32 --num-tests 12 --epochs 2 "
            "--batch-size 16 --embedding-dim 8 --verbose 2 --out {out}"
        ).split()
        for encoder in ("bag_of_words", "peephole_lstm")
    ],
}
# Results by test, and a record for each of three models.
RECORDS_IN_PARTS = {"ntm_tasks", "contractive_autoencoder_digits"}
NEEDS_DATA = {"visual_semantic_embedding_emoji"}
RUNS = [
    pytest.param(stem, arguments, id=f"{stem}-{number}")
    for stem, runs in SMALL_ARGUMENTS.items()
    for number, arguments in enumerate(runs)
]


def load_example(stem):
    """Imports `examples/<stem>.py` without putting the folder on the path."""
    spec = importlib.util.spec_from_file_location(
        f"examples_{stem}", EXAMPLES / f"{stem}.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_example_has_small_arguments():
    stems = {path.stem for path in EXAMPLES.glob("*.py")}
    assert stems == set(SMALL_ARGUMENTS)


@pytest.mark.parametrize(("stem", "arguments"), RUNS)
def test_example_returns_finite_numbers(stem, arguments, tmp_path, monkeypatch):
    if stem in NEEDS_DATA and "KERAS_DL4_DATA" not in os.environ:
        pytest.skip("not run: no data")
    monkeypatch.chdir(tmp_path)
    out = str(tmp_path / "out")
    argv = [argument.format(out=out) for argument in arguments]
    results = load_example(stem).main(argv)
    assert results
    for name, value in results.items():
        assert math.isfinite(value), f"{name} is {value}"
    if stem not in RECORDS_IN_PARTS:
        record = json.loads((tmp_path / "out/result.json").read_text("utf-8"))
        assert set(results) <= set(record), "a result is not in result.json"


def test_example_without_its_data_says_where_to_put_it(tmp_path):
    argv = ["--data-dir", str(tmp_path), "--out", str(tmp_path / "out")]
    with pytest.raises(FileNotFoundError, match="There must be a file emoji32"):
        load_example("visual_semantic_embedding_emoji").main(argv)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--epochs", "0"], "--epochs must be positive. Received: 0"),
        (["--learning-rate", "-1"], "--learning-rate must be positive"),
        (["--learning-rate", "nan"], "--learning-rate must be positive"),
    ],
)
def test_options_that_cannot_be_say_so(arguments, message, tmp_path, capsys):
    with pytest.raises(SystemExit):
        load_example("spatial_transformer_digits").main(
            [*arguments, "--out", str(tmp_path / "out")]
        )
    assert message in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
