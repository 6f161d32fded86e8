"""Ratios, growth of cost and tables of the benchmark `ntm.py`."""

import statistics

# Highest ratio to aim at, for the NTM with XLA: {(length, batch): ratio}.
GOALS = {(20, 1): 0.10, (20, 16): 0.20, (20, 32): 0.27}


def add_ratios(rows):
    """Adds ratios to the faster LSTM to rows that share length and batch."""
    lstm = min(
        (row for row in rows if row["model"] == "lstm"),
        key=lambda row: row["median_ms"],
    )
    least = min(row["min_ms"] for row in rows if row["model"] == "lstm")
    for row in rows:
        pairs = zip(row["rounds_ms"], lstm["rounds_ms"], strict=True)
        row["ratio"] = statistics.median(ours / its for ours, its in pairs)
        row["ratio_of_min"] = row["min_ms"] / least
        if (row["model"], row["mode"]) == ("ntm", "xla"):
            row["goal"] = GOALS.get((row["length"], row["batch"]))


def growth(rows, axis, fixed):
    """How the time of `rows` grows with `axis`, while the rest is `fixed`."""
    rows = [
        row
        for row in rows
        if all(row[k] == v for k, v in fixed.items() if k != axis)
    ]
    rows.sort(key=lambda row: row[axis])
    if len(rows) < 2:
        return None
    sizes = [row[axis] for row in rows]
    times = [row["median_ms"] for row in rows]
    slope, intercept = statistics.linear_regression(sizes, times)
    fixed = {k: v for k, v in fixed.items() if k != axis}
    return {
        "axis": axis,
        "fixed": fixed,
        "sizes": sizes,
        "median_ms": times,
        "ratios": [t / times[0] for t in times],
        "linear_ratios": [n / sizes[0] for n in sizes],
        "intercept_ms": intercept,
        "slope_ms": slope,
        "r_squared": statistics.correlation(sizes, times) ** 2,
    }


def label(row):
    memory = f" N={row['memory_size']}" if row["model"] == "ntm" else ""
    return (
        f"{row['model']} {row['mode']} length {row['length']} "
        f"batch {row['batch']}{memory}"
    )


def summary(row):
    """The times of one row on one line."""
    ratio = f", ratio {row['ratio']:.3f}" if "ratio" in row else ""
    return (
        f"{label(row)}: {row['median_ms']:.2f} ms (min {row['min_ms']:.2f}, "
        f"spread {row['spread']:.0%}, compile {row['compile_s']:.1f} s){ratio}"
    )


def memory(row):
    """Peak while compiling and later, in MiB, `-` if not measured."""
    peaks = row.get("memory_mib", {})
    peaks = [peaks.get(name) for name in ("compile_peak", "step_peak")]
    return " / ".join("-" if p is None else f"{p:.0f}" for p in peaks)


def table(rows):
    """Markdown with a line for each row."""
    lines = [
        "| length | batch | model | mode | ms | min ms | spread | compile s "
        "| MiB compiling / later | ratio | of minima | goal |",
        "|---:|---:|---|---|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for row in rows:
        goal = f"<= {row['goal']:.2f}" if row.get("goal") else ""
        lines.append(
            f"| {row['length']} | {row['batch']} | {row['model']} "
            f"| {row['mode']} | {row['median_ms']:.2f} | {row['min_ms']:.2f} "
            f"| {row['spread']:.0%} | {row['compile_s']:.1f} | {memory(row)} "
            f"| {row['ratio']:.3f} | {row['ratio_of_min']:.3f} | {goal} |"
        )
    return "\n".join(lines)


def growth_table(found):
    """Text with a line for each size, and the straight line through them."""
    fixed = ", ".join(f"{name} {size}" for name, size in found["fixed"].items())
    lines = [f"Growth with {found['axis']} ({fixed}):"]
    columns = ("sizes", "median_ms", "ratios", "linear_ratios")
    for size, ms, ratio, linear in zip(
        *(found[column] for column in columns), strict=True
    ):
        lines.append(
            f"{size:>6} {ms:>9.2f} ms   x {ratio:.2f} (linear: {linear:.2f})"
        )
    lines.append(
        f"t = {found['intercept_ms']:.2f} + {found['slope_ms']:.4f} n ms, "
        f"R2 = {found['r_squared']:.4f}"
    )
    return "\n".join(lines)
