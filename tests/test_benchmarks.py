"""The benchmark runs with small arguments, and its arithmetic is right."""

import importlib
import importlib.util
import json
import pathlib

import numpy as np
import pytest

BENCHMARKS = pathlib.Path(__file__).parents[1] / "benchmarks"


@pytest.fixture
def script(monkeypatch):
    """Imports a script of `benchmarks/` as when it is run from there."""
    monkeypatch.syspath_prepend(BENCHMARKS)
    return importlib.import_module


def timed(model, mode, rounds_ms, **sizes):
    row = {"model": model, "mode": mode, "length": 20, "batch": 1}
    row |= {"memory_size": 128, "rounds_ms": rounds_ms}
    row |= {"median_ms": sorted(rounds_ms)[len(rounds_ms) // 2]}
    return row | {"min_ms": min(rounds_ms)} | sizes


def test_small_run_writes_what_it_returns(script, tmp_path, capsys):
    out = tmp_path / "new" / "benchmark.json"
    argv = (
        "--lengths 1 --batches 1 --rounds 2 --modes graph --growth-lengths 1 2 "
        f"--growth-batches --memory-sizes --out {out}"
    ).split()
    record = script("ntm").main(argv)
    assert json.loads(out.read_text()) == record
    assert [row["model"] for row in record["rows"]] == ["ntm", "lstm"]
    for row in record["rows"]:
        assert len(row["rounds_ms"]) == 2
        assert 0 < row["min_ms"] <= row["median_ms"]
        assert row["compile_s"] > 0
        assert row["memory_mib"]["compile_peak"] > 20
    assert record["rows"][1]["ratio"] == 1.0
    (growth,) = record["growth"]
    assert growth["sizes"] == [1, 2]
    assert {"python", "keras", "tensorflow"} <= set(record["versions"])
    printed = capsys.readouterr().out
    assert "| length | batch | model |" in printed
    assert "Growth with length (batch 16, memory_size 128)" in printed


@pytest.mark.skipif(
    importlib.util.find_spec("jax") is None, reason="JAX is not installed."
)
def test_jax_worker_times_steps_then_reports_a_failure(script):
    setting = ("ntm", "jax", 1, 1, 8)
    ntm = script("ntm")
    with ntm.Worker("jax") as worker:
        prepared = worker.ask("prepare", setting)
        seconds = worker.ask("time", setting, steps=3)["seconds"]
        with pytest.raises(RuntimeError, match="`length`"):
            worker.ask("prepare", ("ntm", "jax", 0, 1, 8))
    assert len(seconds) == 3
    assert 0 < min(seconds) < prepared["compile_s"]


def test_ratio_is_to_the_faster_lstm_within_a_round(script):
    rows = [
        timed("ntm", "xla", [1.0, 2.0, 8.0]),
        timed("lstm", "xla", [10.0, 20.0, 40.0]),
        timed("lstm", "graph", [9.0, 30.0, 50.0]),
    ]
    script("ntm_report").add_ratios(rows)
    assert [row["ratio"] for row in rows] == [0.1, 1.0, 1.25]
    assert rows[0]["ratio_of_min"] == pytest.approx(1 / 9)
    assert rows[0]["goal"] == 0.10
    assert "goal" not in rows[1]


def test_growth_uses_rows_along_one_axis_only(script):
    fixed = {"length": 20, "batch": 16, "memory_size": 128}
    rows = [
        timed("ntm", "xla", [2.0 + 0.5 * n], **(fixed | {"length": n}))
        for n in (60, 20, 40)
    ] + [timed("ntm", "xla", [99.0], **(fixed | {"batch": 1}))]
    growth = script("ntm_report").growth
    found = growth(rows, "length", fixed)
    assert found["sizes"] == [20, 40, 60]
    assert found["ratios"] == pytest.approx([1, 22 / 12, 32 / 12])
    assert found["linear_ratios"] == [1, 2, 3]
    assert found["intercept_ms"] == pytest.approx(2.0)
    assert found["slope_ms"] == pytest.approx(0.5)
    assert found["r_squared"] == pytest.approx(1.0)
    assert growth(rows, "memory_size", fixed) is None


def test_modes_without_a_divisor_are_refused(script, capsys):
    with pytest.raises(SystemExit):
        script("ntm").parse(["--modes", "jax"])
    assert "the LSTM divides" in capsys.readouterr().err


def test_small_run_times_contractive_penalties(script, tmp_path, capsys):
    out = tmp_path / "benchmark.json"
    argv = (
        "--parts penalties --encoders 784-256 --modes graph --rounds 2 "
        f"--out {out}"
    ).split()
    record = script("autoencoders").main(argv)
    assert json.loads(out.read_text()) == record
    rows = record["penalties"]
    assert [(row["method"], row["step"]) for row in rows] == [
        ("none", "plain"),
        ("closed_form", "alone"),
        ("closed_form", "added"),
        ("hutchinson", "alone"),
        ("hutchinson", "added"),
    ]
    assert rows[0]["ratio"] == 1.0
    assert all(0 < row["min_ms"] <= row["median_ms"] for row in rows)
    assert "| encoder | method | step |" in capsys.readouterr().out


def test_ratio_of_a_penalty_is_to_the_plain_step_of_its_mode(script):
    def row(step, mode, rounds_ms):
        times = {"rounds_ms": rounds_ms, "min_ms": min(rounds_ms)}
        return {"step": step, "mode": mode} | times

    rows = [
        row("plain", "xla", [10.0, 20.0, 40.0]),
        row("alone", "xla", [11.0, 30.0, 44.0]),
        row("plain", "graph", [1.0, 1.0, 1.0]),
        row("alone", "jax", [1.0, 1.0, 1.0]),
    ]
    report = script("autoencoders_report")
    report.add_ratios(rows, {"step": "plain"}, ("mode",))
    assert rows[1]["ratio"] == pytest.approx(1.1)
    assert rows[1]["ratio_of_min"] == pytest.approx(1.1)
    assert rows[2]["ratio"] == 1.0
    assert "ratio" not in rows[3]
    row = {"median_ms": 30.0, "compile_s": 2.0, "goal": 1.3}
    lines = report.table(("step", "mode"), [rows[1] | row]).splitlines()
    assert lines[2] == (
        "| alone | xla | 30.00 | 11.00 | 2.0 | 1.10 | 1.10 | <= 1.30 |"
    )


def test_small_run_times_variational_autoencoders(script, tmp_path, capsys):
    out = tmp_path / "benchmark.json"
    argv = (
        f"--parts vae --modes graph --threads 1 --rounds 2 --out {out}"
    ).split()
    record = script("autoencoders").main(argv)
    assert json.loads(out.read_text()) == record
    row = record["vae"][0]
    assert (row["library"], row["mode"], row["threads"]) == (
        "keras_dl4",
        "graph",
        1,
    )
    assert 0 < row["min_ms"] <= row["median_ms"]
    assert "keras" in row["versions"]
    printed = capsys.readouterr().out
    assert "| library | mode | threads |" in printed
    is_there = importlib.util.find_spec("pythae") is not None
    assert is_there or "left out: pythae" in printed


def test_small_run_times_a_gan_and_the_loop_of_the_guide(
    script, tmp_path, capsys
):
    out = tmp_path / "benchmark.json"
    argv = f"--networks dense --modes graph --rounds 2 --out {out}".split()
    record = script("gan").main(argv)
    assert json.loads(out.read_text()) == record
    ours, guide = record["rows"]
    assert [ours["library"], guide["library"]] == ["keras_dl4", "guide"]
    for row in (ours, guide):
        assert (row["network"], row["mode"]) == ("dense", "graph")
        assert 0 < row["min_ms"] <= row["median_ms"]
        assert "keras" in row["versions"]
    assert guide["ratio"] == 1.0
    ratios = np.divide(ours["rounds_ms"], guide["rounds_ms"])
    assert ours["ratio"] == pytest.approx(np.median(ratios))
    assert "| library | mode | network |" in capsys.readouterr().out


def test_small_run_of_the_spatial_transformer(script, tmp_path, capsys):
    out = tmp_path / "benchmark.json"
    argv = (
        "--libraries keras_dl4 map_coordinates --shapes 2x6x5x1 --threads 1 "
        f"--rounds 2 --growth-sides 4 8 --out {out}"
    ).split()
    record = script("spatial_transformer").main(argv)
    assert json.loads(out.read_text()) == record
    rows = record["rows"]
    assert {row["what"] for row in rows} == {"forward", "params", "image"}
    assert {row["mode"] for row in rows} >= {"xla", "graph"}
    for row in rows:
        assert len(row["rounds_ms"]) == 2
        assert 0 < row["min_ms"] <= row["median_ms"]
    (growth,) = record["growth"]
    assert growth["sizes"] == [4, 8]
    assert growth["linear_ratios"] == [1, 4]
    assert "| 2x6x5x1 | 1 | keras_dl4 | xla |" in capsys.readouterr().out


def test_missing_libraries_are_named(script, monkeypatch):
    benchmark = script("spatial_transformer")
    monkeypatch.setattr(
        benchmark,
        "VARIANTS",
        {("torch", "eager"): ("torch", "no_such_package")},
    )
    args = benchmark.parse(["--quick"])
    assert benchmark.find_variants(args) == ({}, ["no_such_package"])


def test_spatial_transformer_ratios_are_to_torch_within_a_round(script):
    report = script("spatial_transformer_report")
    times = {"torch": [10.0, 20.0, 40.0], "keras_dl4": [11.0, 10.0, 8.0]}
    rows = [
        {"library": library, "mode": "xla", "threads": 2}
        | {"rounds_ms": rounds, "min_ms": min(rounds)}
        for library, rounds in times.items()
    ]
    report.add_ratios(rows)
    assert [row["ratio"] for row in rows] == [1.0, 0.5]
    assert rows[1]["ratio_of_min"] == 0.8
    found = report.goals(rows)
    assert (found["cells"], found["reached"], found["worst"]) == (1, 1, 0.5)


@pytest.mark.parametrize("library", ["keras_dl4", "map_coordinates"])
def test_a_library_that_warps_another_way_is_refused(script, library, rng):
    worker = script("spatial_transformer_worker")
    shape = (2, 6, 5, 1)
    with pytest.raises(ArithmeticError, match=library):
        worker.check(library, [rng.normal(size=shape)], shape)
    with pytest.raises(ArithmeticError, match="not finite"):
        worker.check(library, [np.full(shape, np.nan)], shape)


def test_small_run_of_memory_networks(script, tmp_path, capsys):
    out = tmp_path / "benchmark.json"
    argv = (
        "--variants compiled_epoch fit_graph --questions 64 --rounds 2 "
        f"--out {out}"
    ).split()
    record = script("memn2n").main(argv)
    assert json.loads(out.read_text()) == record
    assert record["sizes"]["questions"] == 64
    found = [(row["library"], row["mode"]) for row in record["rows"]]
    assert found == [("compiled_epoch", "xla"), ("fit", "graph")]
    assert record["rows"][0]["ratio"] == 1.0
    assert record["rows"][1]["ratio"] > 0
    assert "keras" in record["versions"]["tensorflow"]
    assert "| library | mode | ms |" in capsys.readouterr().out


def test_missing_torch_is_named(script, tmp_path, monkeypatch, capsys):
    memn2n = script("memn2n")
    args = memn2n.parse("--variants torch".split())
    monkeypatch.setattr(
        memn2n.spatial_transformer, "is_installed", lambda *_: False
    )
    assert memn2n.measure(args, tmp_path / "questions.npz") == ([], {})
    assert "left out: torch" in capsys.readouterr().out


def test_small_run_of_the_visual_semantic_embedding(script, tmp_path, capsys):
    out = tmp_path / "benchmark.json"
    argv = (
        f"--encoders peephole_lstm lstm --modes graph --rounds 2 --out {out}"
    ).split()
    record = script("visual_semantic_embedding").main(argv)
    assert json.loads(out.read_text()) == record
    ours, keras, search = record["rows"]
    assert [ours["name"], keras["name"]] == ["peephole_lstm", "lstm"]
    assert keras["ratio"] == search["ratio"] == 1.0
    ratios = np.divide(ours["rounds_ms"], keras["rounds_ms"])
    assert ours["ratio"] == pytest.approx(np.median(ratios))
    assert 0 < search["min_ms"] <= search["median_ms"]
    assert "| part | name | mode |" in capsys.readouterr().out
