"""The fixtures say how they were made, and cover what they promise."""

import itertools

import numpy as np
import pytest

from tests.parity.case import FIXTURES
from tests.parity.case import CaseList
from tests.parity.case import load
from tests.parity.case import save
from tests.parity.record_fixtures import ORACLES
from tests.parity.scipy_oracle import PLACES

MAX_BYTES = 1_000_000
# What SciPy gives for the pixels 0, 1, 2, 3 at these places, by padding.
TRUTH = {
    "reflect": {-1.0: 0, -1.5: 0.5, 3.5: 3, 4.0: 3, 4.5: 2.5, 5.0: 2, 8.0: 0},
    "mirror": {-1.0: 1, -1.5: 1.5, 3.5: 2.5, 4.0: 2, 4.5: 1.5, 5.0: 1, 8.0: 2},
}


@pytest.mark.parametrize("oracle", ORACLES)
def test_fixture_says_how_it_was_made(oracle):
    about, pairs = load(oracle)
    assert about["script"].startswith("python -m tests.parity")
    assert {"python", "numpy", oracle.replace("_", "-")} <= set(
        about["versions"]
    )
    assert isinstance(about["seed"], int)
    for case, answer in pairs:
        assert all(np.all(np.isfinite(part)) for part in answer.values())
        gradients = len(case.inputs) if case.cotangent else 0
        assert len(answer) == 1 + gradients, case.name


def test_fixtures_are_small():
    paths = sorted(FIXTURES.iterdir())
    assert [path.stem for path in paths] == sorted(ORACLES)
    assert sum(path.stat().st_size for path in paths) < MAX_BYTES


@pytest.mark.parametrize("rank", [2, 3])
@pytest.mark.parametrize("kind", ["generic", "lattice"])
def test_torch_fixture_has_every_setting(rank, kind):
    group = f"grid_sample, {rank}-D"
    found = {
        tuple(case.settings.values())
        for case, answer in load("torch")[1]
        if case.group.startswith(group) and kind in case.group
    }
    interpolations = ["bilinear", "nearest", "bicubic"][: 5 - rank]
    paddings = ["zeros", "border", "reflection"]
    assert found == set(
        itertools.product(interpolations, paddings, [False, True])
    )


def test_torch_fixture_has_a_live_gradient_at_the_identity():
    sizes = set()
    for case, answer in load("torch")[1]:
        if case.function == "affine_warp":
            sizes.add((case.settings["align_corners"], len(case.values[0][0])))
            np.testing.assert_allclose(
                answer["value"], case.values[0], atol=1e-7
            )
            assert np.all(np.abs(answer["gradient_1"]) > 0.01)
    assert sizes == {(False, 32), (True, 33)}


def test_scipy_fixture_has_the_truth_table():
    recorded = {
        case.settings["align_corners"]: answer["value"].ravel()
        for case, answer in load("scipy")[1]
        if case.name.startswith("truth table-reflection")
    }
    for mode, align_corners in (("reflect", False), ("mirror", True)):
        row = dict(zip(PLACES, recorded[align_corners], strict=True))
        assert {place: row[place] for place in TRUTH[mode]} == TRUTH[mode]


def test_saved_case_is_loaded_again(tmp_path, monkeypatch):
    monkeypatch.setattr("tests.parity.case.FIXTURES", tmp_path / "new")
    listed = CaseList()
    names = [listed.array(name, np.arange(3.0)) for name in ("x", "w")]
    listed.array("unused", np.zeros(2))
    listed.add("a", "group", "function", names[:1], names[1], size=[2, 3])
    listed.add("ab", "group", "function", names[:1])
    answers = [{"value": np.ones(1), "gradient_0": np.ones(3)}]
    answers.append({"value": np.zeros(1)})
    save("toy", listed.cases, answers, {"seed": 7})
    about, ((case, answer), (other, other_answer)) = load("toy")
    assert about == {"seed": 7}
    assert case.settings == {"size": [2, 3]} and other.settings == {}
    assert set(case.arrays) >= {"x", "w"} and "unused" not in case.arrays
    np.testing.assert_array_equal(case.weights, np.arange(3.0))
    assert other.weights is None
    assert set(answer) == {"value", "gradient_0"}
    assert set(other_answer) == {"value"} and other_answer["value"] == 0


def test_two_cases_of_one_name_raise():
    listed = CaseList()
    listed.add("a", "group", "function", [])
    with pytest.raises(ValueError, match="'a'"):
        listed.add("a", "group", "function", [])
