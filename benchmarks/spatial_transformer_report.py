"""Ratios and tables of the benchmark `spatial_transformer.py`."""

import statistics

WHATS = ("forward", "params", "image")
# Highest ratio to aim at, of keras_dl4 with XLA on two threads.
GOAL, ONE_CELL_GOAL = 1.0, 1.15


def add_ratios(rows):
    """Adds ratios to PyTorch's `grid_sample` to rows of the same work."""
    torch = [row for row in rows if row["library"] == "torch"]
    if not torch:
        return
    for row in rows:
        # A slow library takes part in the first rounds only.
        pairs = zip(row["rounds_ms"], torch[0]["rounds_ms"], strict=False)
        row["ratio"] = statistics.median(ours / its for ours, its in pairs)
        row["ratio_of_min"] = row["min_ms"] / torch[0]["min_ms"]


def label(row):
    shape = "x".join(map(str, row["shape"]))
    return (
        f"{row['library']} {row['mode']} {shape} {row['what']} "
        f"{row['threads']} threads"
    )


def summary(row):
    """The times of one row on one line."""
    ratio = f", ratio {row['ratio']:.2f}" if "ratio" in row else ""
    return (
        f"{label(row)}: {row['median_ms']:.2f} ms (min {row['min_ms']:.2f}, "
        f"compile {row['compile_s']:.1f} s){ratio}"
    )


def goals(rows):
    """How many cells of keras_dl4 with XLA reach the goal, and the worst."""
    cells = [
        row["ratio"]
        for row in rows
        if (row["library"], row["mode"]) == ("keras_dl4", "xla")
        and row["threads"] == 2
        and "ratio" in row
    ]
    if not cells:
        return None
    return {
        "cells": len(cells),
        "reached": sum(cell <= GOAL for cell in cells),
        "worst": max(cells),
        "goal": GOAL,
        "goal_of_one_cell": ONE_CELL_GOAL,
    }


def table(rows):
    """Markdown: a line for each library, with the three kinds of work."""
    lines = [
        "| images | threads | library | mode | forward ms | + params ms "
        "| + image ms | ratios to torch | of minima |",
        "|---|---:|---|---|---:|---:|---:|---|---|",
    ]
    groups = {}
    for row in rows:
        key = (*row["shape"], row["threads"], row["library"], row["mode"])
        groups.setdefault(key, {})[row["what"]] = row
    for key, group in groups.items():
        found = [group.get(what) for what in WHATS]
        times = " | ".join(
            "-" if row is None else f"{row['median_ms']:.2f}" for row in found
        )
        ratios = [
            " / ".join(
                f"{row[name]:.2f}" if row and name in row else "-"
                for row in found
            )
            for name in ("ratio", "ratio_of_min")
        ]
        *shape, threads, library, mode = key
        lines.append(
            f"| {'x'.join(map(str, shape))} | {threads} | {library} | {mode} "
            f"| {times} | {' | '.join(ratios)} |"
        )
    return "\n".join(lines)


def growth(rows):
    """Time by image size for each library, and per pixel beside the first."""
    found = {}
    for row in rows:
        name = f"{row['library']} {row['mode']}"
        found.setdefault(name, []).append(row)
    result = []
    for name, group in found.items():
        group.sort(key=lambda row: row["shape"][1])
        pixels = [row["shape"][1] * row["shape"][2] for row in group]
        times = [row["median_ms"] for row in group]
        result.append(
            {
                "library": name,
                "sizes": [row["shape"][1] for row in group],
                "median_ms": times,
                "ratios": [t / times[0] for t in times],
                "linear_ratios": [p / pixels[0] for p in pixels],
            }
        )
    return result


def growth_table(found):
    """Text with a line for each size."""
    lines = [f"Growth of {found['library']} with the side of the images:"]
    columns = ("sizes", "median_ms", "ratios", "linear_ratios")
    for side, ms, ratio, linear in zip(
        *(found[column] for column in columns), strict=True
    ):
        lines.append(
            f"{side:>6} {ms:>9.2f} ms   x {ratio:.2f} (as pixels: {linear:.2f})"
        )
    return "\n".join(lines)
