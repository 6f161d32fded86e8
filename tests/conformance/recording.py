"""Cases on disk, for processes that run them elsewhere; no pickle.

A folder per case holds `recorded.npz`, with arrays named by their group and
position, and perhaps a SavedModel. Needs nothing but NumPy, so that a process
without keras_dl4 can read it.
"""

import numpy as np


def save_arrays(folder, **groups):
    """Each group is a list of arrays, or of pairs of name and array."""
    arrays = {}
    for group, members in groups.items():
        arrays[f"{group}/number"] = np.array(len(members))
        for index, member in enumerate(members):
            name = ""
            if isinstance(member, tuple):
                name, member = member
            arrays[f"{group}/{index}/{name}"] = member
    np.savez(folder / "recorded.npz", **arrays)


def load_arrays(folder):
    """A dict of groups, each a list of pairs of name and array."""
    groups = {}
    with np.load(folder / "recorded.npz", allow_pickle=False) as arrays:
        for key in arrays.files:
            group, index, *name = key.split("/", 2)
            members = groups.setdefault(group, {})
            if index != "number":
                members[int(index)] = ("".join(name), arrays[key])
    return {
        group: [members[index] for index in sorted(members)]
        for group, members in groups.items()
    }


def largest_error(actual, expected):
    """Largest difference, relative where values exceed 1; inf if unlike."""
    if len(actual) != len(expected):
        return float("inf")
    errors = [0.0]
    for a, b in zip(actual, expected, strict=True):
        a, b = np.asarray(a, "float64"), np.asarray(b, "float64")
        if a.shape != b.shape or not np.all(np.isfinite(a)):
            return float("inf")
        errors.append(np.max(abs(a - b) / (1.0 + abs(b)), initial=0.0))
    return float(max(errors))


class BlockedImports:
    """Import hook for which the named packages are not installed."""

    def __init__(self, *packages):
        self.packages = packages

    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in self.packages:
            raise ModuleNotFoundError(f"{name} is blocked", name=name)
        return None
