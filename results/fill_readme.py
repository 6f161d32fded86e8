"""Fill the tables of the READMEs from the recorded runs.

Run:    python results/fill_readme.py [--check]
Reads:  results/*/*.json, saved_models/ntm_copy/result.json
Writes: what stands between `<!-- results:begin -->` and `<!-- results:end -->`
        in README.md, results/README.md and saved_models/README.md

A record that is not there gives no row. With --check nothing is written, and
the status is 1 if a table is out of date.
"""

import argparse
import pathlib
import sys

import tables_autoencoders
import tables_gan
import tables_memory_networks
import tables_ntm
import tables_spatial_transformer
import tables_visual_semantic_embedding
from table_text import fill
from table_text import table

ROOT = pathlib.Path(__file__).resolve().parents[1]
SYSTEMS = {
    "Neural Turing Machine": ("ntm", tables_ntm),
    "Spatial transformer": ("spatial_transformer", tables_spatial_transformer),
    "Autoencoders": ("autoencoders", tables_autoencoders),
    "Memory networks": ("memory_networks", tables_memory_networks),
    "Adversarial networks": ("gan", tables_gan),
    "Images and sentences": (
        "visual_semantic_embedding",
        tables_visual_semantic_embedding,
    ),
}


def summary_table(results):
    """One table of all systems, for the README."""
    rows = []
    for folder, module in SYSTEMS.values():
        rows += module.summary(results / folder)
    return table(["measured", "here", "paper"], rows) if rows else ""


def full_tables(results):
    """Every table, a section for each system."""
    parts = []
    for title, (folder, module) in SYSTEMS.items():
        tables = module.tables(results / folder)
        parts += [f"## {title}", *tables] if tables else []
    return "\n\n".join(parts)


def contents(root):
    """What each file below `root` is to hold between its markers."""
    results, models = root / "results", root / "saved_models"
    return {
        root / "README.md": summary_table(results),
        results / "README.md": full_tables(results),
        models / "README.md": tables_ntm.saved_model_table(models / "ntm_copy"),
    }


def main(argv=None, root=ROOT):
    """Fills the files below `root`; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing")
    args = parser.parse_args(argv)
    status = 0
    for path, content in contents(root).items():
        text = path.read_text()
        filled = fill(text, content)
        if filled == text:
            continue
        if args.check:
            print(f"{path} is out of date; run: make results-table")
            status = 1
        else:
            path.write_text(filled)
            print(f"{path}: filled")
    return status


if __name__ == "__main__":
    sys.exit(main())
