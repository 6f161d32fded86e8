"""Times in turns, ratios and tables of the benchmark `autoencoders.py`."""

import statistics
import time

SECONDS_PER_TURN = 0.15
MAX_STEPS_PER_TURN = 50


def built_here(build_step, setting):
    """A timer of a step in this process, and the seconds of building it.

    Args:
        build_step: Function from what is in a setting to a step, run once.
        setting: Tuple.

    Returns:
        A function from a number of steps to the seconds of each; a float.
    """
    start = time.perf_counter()
    step = build_step(*setting)
    compile_s = time.perf_counter() - start

    def seconds_of(number):
        seconds = []
        for _ in range(number):
            start = time.perf_counter()
            step()
            seconds.append(time.perf_counter() - start)
        return seconds

    return seconds_of, compile_s


def time_in_turns(names, settings, build, rounds):
    """Rows with the times of all settings, measured one after the other.

    Args:
        names: What the values in a setting are.
        settings: List of tuples.
        build: Function from a setting to a timer of its step, and the seconds
            that building it took, as of `built_here`.
        rounds: Int.
    """
    rows, timers, num_steps = [], [], []
    for setting in settings:
        seconds_of, compile_s = build(setting)
        (seconds,) = seconds_of(1)
        row = dict(zip(names, setting, strict=True))
        rows.append(row | {"compile_s": compile_s, "rounds_ms": []})
        timers.append(seconds_of)
        fitting = int(SECONDS_PER_TURN / seconds)
        num_steps.append(min(max(fitting, 1), MAX_STEPS_PER_TURN))
    fastest = [float("inf")] * len(rows)
    for _ in range(rounds):
        for i, seconds_of in enumerate(timers):
            # The first step of a turn finds the caches full of other data.
            seconds = seconds_of(num_steps[i] + 1)
            rows[i]["rounds_ms"].append(1e3 * statistics.median(seconds[1:]))
            fastest[i] = min(fastest[i], *seconds)
    for row, least in zip(rows, fastest, strict=True):
        row["median_ms"] = statistics.median(row["rounds_ms"])
        row["min_ms"] = 1e3 * least
    return rows


def add_ratios(rows, divides, same):
    """Adds the ratio of each row to the one that divides it, if there is one.

    Args:
        rows: List of dictionaries, changed in place.
        divides: Dictionary, what distinguishes a divisor.
        same: Names in which a row must agree with its divisor.
    """
    for row in rows:
        wanted = {name: row[name] for name in same} | divides
        divisors = [
            other
            for other in rows
            if all(other[name] == value for name, value in wanted.items())
        ]
        if divisors:
            (divisor,) = divisors
            pairs = zip(row["rounds_ms"], divisor["rounds_ms"], strict=True)
            row["ratio"] = statistics.median(ours / its for ours, its in pairs)
            row["ratio_of_min"] = row["min_ms"] / divisor["min_ms"]


def table(names, rows):
    """Markdown with a line for each row."""
    columns = "ms | min ms | compile s | ratio | of minima | goal"
    lines = [
        f"| {' | '.join(names)} | {columns} |",
        "|" + "---|" * len(names) + "---:|" * 6,
    ]
    for row in rows:
        labels = " | ".join(str(row[name]) for name in names)
        ratios = " | ".join(
            f"{row[name]:.2f}" if name in row else "-"
            for name in ("ratio", "ratio_of_min")
        )
        goal = f"<= {row['goal']:.2f}" if "goal" in row else ""
        lines.append(
            f"| {labels} | {row['median_ms']:.2f} | {row['min_ms']:.2f} "
            f"| {row['compile_s']:.1f} | {ratios} | {goal} |"
        )
    return "\n".join(lines)
