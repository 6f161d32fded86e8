"""Record what other implementations give, as fixtures of the tests.

Run:    python -m tests.parity.record_fixtures [oracle ...]
Needs:  the `parity` extra; tensorflow-addons with `--no-deps`
Writes: tests/parity/fixtures/<oracle>.npz
"""

import argparse
import importlib
import platform

import numpy as np

from tests.parity.case import difference
from tests.parity.case import save

ORACLES = ("torch", "scipy", "tensorflow_addons")
SEED = 0


def oracle_module(name):
    """The module that asks another implementation."""
    return importlib.import_module(f"tests.parity.{name}_oracle")


def rounding(oracle, case, answer):
    """How far the oracle itself is off in single precision, for each part."""
    single = oracle.answer(case, "float32")
    return {
        part: float(f"{difference(single[part], answer[part]):.2g}")
        for part in answer
    }


def record(name):
    """Writes one fixture; returns its number of cases."""
    oracle = oracle_module(name)
    cases = oracle.cases(SEED)
    answers = [oracle.answer(case) for case in cases]
    about = {
        "script": "python -m tests.parity.record_fixtures",
        "seed": SEED,
        "precision": "computed in float64, kept as float32",
        "versions": {
            "python": platform.python_version(),
            "numpy": np.__version__,
            **oracle.versions(),
        },
        "rounding": {
            case.name: rounding(oracle, case, answer)
            for case, answer in zip(cases, answers, strict=True)
        },
    }
    save(name, cases, answers, about)
    return len(cases)


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("oracles", nargs="*", default=ORACLES)
    for name in parser.parse_args(argv).oracles:
        print(f"{name}: {record(name)} cases")


if __name__ == "__main__":
    main()
