"""Markdown of the tables: numbers, rows, and where they go in a file."""

import json
import math
import pathlib
import statistics

BEGIN, END = "<!-- results:begin -->", "<!-- results:end -->"
NONE = "-"


def read_records(folder, key):
    """Records of a folder, by name, of the runs that came as far as `key`."""
    paths = sorted(pathlib.Path(folder).glob("*.json"))
    records = {path.stem: json.loads(path.read_text()) for path in paths}
    # A result may be zero, but not nothing.
    empty = (None, [], {})
    return {n: run for n, run in records.items() if run.get(key) not in empty}


def table(header, rows):
    """Markdown table, its first column left-aligned."""
    alignment = ["---"] + ["---:"] * (len(header) - 1)
    return "\n".join(
        "| " + " | ".join(map(str, row)) + " |"
        for row in (header, alignment, *rows)
    )


def number(value, digits=2):
    """Text of a number, in which only a zero looks like one."""
    if value is None or not math.isfinite(value):
        return NONE
    if value == 0:
        return "0"
    least = 10.0**-digits
    if abs(value) < least:
        return f"< {least:g}" if value > 0 else f"> -{least:g}"
    return f"{value:,.{digits}f}"


def median_and_worst(values, digits=2):
    """Text of the median, and of the worst in brackets if it differs."""
    # A value that is not there was not reached, which is worse than any.
    values = [math.inf if value is None else value for value in values]
    median = number(statistics.median(values), digits)
    worst = number(max(values), digits)
    return median if worst == median else f"{median} ({worst})"


def fill(text, content):
    """Puts the content between the two markers of a text."""
    before, _, rest = text.partition(f"{BEGIN}\n")
    _, end, after = rest.partition(END)
    if not end:
        raise ValueError(f"The text needs the lines {BEGIN} and {END}.")
    content = f"\n{content}\n\n" if content else ""
    return f"{before}{BEGIN}\n{content}{END}{after}"
