"""One comparison with another implementation, and its files.

A fixture is an `.npz` without pickled objects: the arrays that its cases name,
the answers of the other implementation under `<case>/<part>`, and under
`about` a JSON text with versions, seed, the script, the list of cases, and how
far the other implementation's own answers in single precision are off.
"""

import dataclasses
import json
import pathlib

import numpy as np

FIXTURES = pathlib.Path(__file__).parent / "fixtures"


@dataclasses.dataclass(frozen=True)
class Case:
    """What is asked of both sides.

    `function` is a name in `subjects.FUNCTIONS`, `inputs` are its arrays in
    order, `settings` its keywords. `cotangent` weights the output in the sum
    whose gradients are compared; without one, only values are. Arrays are
    names of `arrays`, which cases share.
    """

    name: str
    group: str
    function: str
    inputs: tuple
    settings: dict
    cotangent: str | None
    arrays: dict = dataclasses.field(repr=False)

    @property
    def values(self):
        """The input arrays."""
        return [self.arrays[name] for name in self.inputs]

    @property
    def weights(self):
        """The array that weights the output, or None."""
        return None if self.cotangent is None else self.arrays[self.cotangent]


class CaseList:
    """Cases that share arrays, while they are being written down."""

    def __init__(self):
        self.arrays = {}
        self.cases = []

    def array(self, name, value):
        """Keeps an array as float32 and returns its name."""
        self.arrays[name] = np.asarray(value, "float32")
        return name

    def add(self, name, group, function, inputs, cotangent=None, **settings):
        """Adds a case; names are unique."""
        if name in [case.name for case in self.cases]:
            raise ValueError(f"Two cases have the name {name!r}.")
        self.cases.append(
            Case(
                name,
                group,
                function,
                tuple(inputs),
                settings,
                cotangent,
                self.arrays,
            )
        )


def difference(actual, expected):
    """Largest difference, in units of the largest expected value or of 1."""
    actual, expected = (np.asarray(a, "float64") for a in (actual, expected))
    assert actual.shape == expected.shape
    assert np.all(np.isfinite(expected))
    scale = max(1.0, np.max(np.abs(expected)))
    return float(np.max(np.abs(actual - expected)) / scale)


def save(oracle, cases, answers, about):
    """Writes a fixture; `answers` holds arrays by part for each case."""
    arrays = {}
    for case, answer in zip(cases, answers, strict=True):
        used = [*case.inputs, case.cotangent]
        arrays |= {name: case.arrays[name] for name in used if name}
        for part, value in answer.items():
            arrays[f"{case.name}/{part}"] = np.asarray(value, "float32")
    names = ("name", "group", "function", "inputs", "settings", "cotangent")
    listed = [{name: getattr(case, name) for name in names} for case in cases]
    arrays["about"] = np.array(json.dumps(about | {"cases": listed}))
    FIXTURES.mkdir(exist_ok=True)
    np.savez_compressed(FIXTURES / f"{oracle}.npz", **arrays)


def load(oracle):
    """Returns `about`, and pairs of a case and its recorded answers."""
    with np.load(FIXTURES / f"{oracle}.npz", allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    about = json.loads(str(arrays.pop("about")))
    pairs = []
    for fields in about.pop("cases"):
        fields["inputs"] = tuple(fields["inputs"])
        case = Case(arrays=arrays, **fields)
        prefix = f"{case.name}/"
        answer = {
            name.removeprefix(prefix): array
            for name, array in arrays.items()
            if name.startswith(prefix)
        }
        pairs.append((case, answer))
    return about, pairs
