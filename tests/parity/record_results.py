"""Run the parity tests and record how far both sides are apart.

Run:    python -m tests.parity.record_results
Needs:  the `parity` and `test` extras; what is not installed is not run live
Writes: results/spatial_transformer/parity.json

A difference is the largest one between two arrays, in units of the largest
expected value, or of 1 where that is smaller. The tolerance is 1e-5, up to 2e-5
where the other implementation itself is off in single precision. Nothing is
written if a test fails.
"""

import argparse
import collections
import importlib.metadata
import json
import os
import pathlib
import platform
import subprocess
import sys
import time

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
OUT = ROOT / "results" / "spatial_transformer" / "parity.json"
PACKAGES = (
    *("keras", "numpy", "scipy", "tensorflow", "tensorflow-addons"),
    *("tensorflow-cpu", "torch"),
)


class Recorder:
    """Pytest plugin: gathers what the tests recorded as `parity`."""

    def __init__(self):
        self.groups = collections.defaultdict(list)
        self.skipped = collections.Counter()

    def pytest_runtest_logreport(self, report):
        if report.skipped:
            self.skipped[report.longrepr[-1].removeprefix("Skipped: ")] += 1
        if report.when != "call":
            return
        for name, value in report.user_properties:
            if name == "parity":
                how, group, differences, allowed = value
                if how != "toy":
                    self.groups[how, group].extend(
                        (differences[part], allowed[part]) for part in allowed
                    )

    def rows(self):
        """A row of the record for each group of comparisons."""
        return [
            {
                "answers": how,
                "group": group,
                "comparisons": len(pairs),
                "largest_difference": rounded(max(d for d, _ in pairs)),
                "largest_tolerance": rounded(max(a for _, a in pairs)),
            }
            for (how, group), pairs in sorted(self.groups.items())
        ]


def rounded(value):
    """A float of three digits."""
    return float(f"{value:.3g}")


def versions():
    """Versions of Python and of what is installed."""
    installed = {d.name.lower() for d in importlib.metadata.distributions()}
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        # Some wheels spell the dash as an underscore.
        if {name, name.replace("-", "_")} & installed:
            found[name] = importlib.metadata.version(name)
    return found


def commit():
    """Short hash of the checkout, marked if changed; None outside of one."""
    done = subprocess.run(
        ["git", "describe", "--always", "--dirty", "--abbrev=12"],
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    return done.stdout.strip() or None


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=pathlib.Path, default=OUT)
    out = parser.parse_args(argv).out
    recorder, start = Recorder(), time.time()
    folder = str(pathlib.Path(__file__).parent)
    status = pytest.main([folder, "-q"], plugins=[recorder])
    if status:
        return int(status)
    # Late, since a module run by pytest is imported in pytest's own way.
    from tests.parity.test_parity import LIVE_SEED
    from tests.parity.test_parity import TOLERANCE

    rows = recorder.rows()
    record = {
        "command": "python -m tests.parity.record_results",
        "commit": commit(),
        "settings": {"seed": LIVE_SEED, "tolerance": TOLERANCE},
        "versions": versions(),
        "machine": f"{platform.machine()}, {os.cpu_count()} CPU cores",
        "minutes": round((time.time() - start) / 60, 2),
        "comparisons": sum(row["comparisons"] for row in rows),
        "within_1e-5": sum(
            difference <= TOLERANCE
            for pairs in recorder.groups.values()
            for difference, _ in pairs
        ),
        "largest_difference": max(row["largest_difference"] for row in rows),
        "not_run": dict(recorder.skipped),
        "groups": rows,
    }
    out.parent.mkdir(parents=True, exist_ok=True)
    unfinished = out.with_suffix(".tmp")
    unfinished.write_text(json.dumps(record, indent=2) + "\n")
    unfinished.replace(out)
    print(f"{out.name}: {record['comparisons']} comparisons")
    return 0


if __name__ == "__main__":
    sys.exit(main())
