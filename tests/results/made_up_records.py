"""Records written by hand, and reading what tables make of them."""

import json


def text_of(module, folder):
    return "\n\n".join(module.tables(folder))


def made_up_record(wrong_percents, seed=0, solved_at=None, **row):
    record = {
        "command": "examples/ntm_tasks.py",
        "commit": "0123456789ab",
        "settings": {"seed": seed},
        "versions": {"python": "3.11"},
        "machine": "x86_64",
        "minutes": 2.0 + seed,
        "curve": [{"epoch": 1, "sequences": 15000}],
        "tests": [
            {
                "test": test,
                "bits_per_sequence": 3.25,
                "wrong_bits_per_sequence": 1.5,
                "wrong_percent": percent,
                **row,
            }
            for test, percent in wrong_percents.items()
        ],
    }
    if solved_at:
        record["solved_at"] = solved_at
    return record


def write(folder, **contents):
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        (folder / f"{name}.json").write_text(json.dumps(content))
    return folder


def cells_of(text, start):
    """Cells of the one row that starts with a label."""
    (line,) = [s for s in text.splitlines() if s.startswith(f"| {start}")]
    return [cell.strip() for cell in line.strip("|").split("|")]
