"""The tables of images and sentences."""

from tests.results.made_up_records import cells_of
from tests.results.made_up_records import text_of
from tests.results.made_up_records import write

MODULE = "tables_visual_semantic_embedding"


def scenes(tables, value, encoder="bag_of_words", config="basic"):
    """A record of the scenes in which every number is the same."""
    return {
        "settings": {"encoder": encoder, "config": config},
        "cpu_minutes": value,
        **dict.fromkeys(tables.SCENES, value),
    }


def test_seeds_are_one_row_with_a_mean_and_a_range(load, tmp_path):
    tables = load(MODULE)
    write(
        tmp_path,
        seed0=scenes(tables, 60.0),
        seed1=scenes(tables, 70.0),
        lstm=scenes(tables, 90.0, "peephole_lstm"),
        full=scenes(tables, 1.0, config="full"),
    )
    text = text_of(tables, tmp_path)
    cells = cells_of(text, "bag of words")
    assert cells[:3] == ["bag of words", "2", "65.0 (60.0 to 70.0)"]
    assert cells_of(text, "peephole LSTM")[1:3] == ["1", "90.0"]
    (row,) = tables.summary(tmp_path)
    assert row[1] == "65.0 (60.0 to 70.0); 65.0 (60.0 to 70.0)"


def test_emoji_have_a_row_for_each_kind(load, tmp_path):
    run = {
        f"{kind}_top_{k}": 10.0 * k
        for kind in load(MODULE).KINDS
        for k in (1, 5)
    }
    for key in ("image_to_text", "text_to_image"):
        run |= {f"{key}_recall_at_{k}": 50.0 + k for k in (1, 10)}
    write(tmp_path, emoji=run)
    text = text_of(load(MODULE), tmp_path)
    assert cells_of(text, "color of hair") == ["color of hair", "10.0", "50.0"]
    assert "image to text 51.0 % first, 60.0 % among ten" in text


def test_perplexities_are_in_the_order_of_the_models(load, tmp_path):
    run = {
        "validation_perplexity": 8.0,
        "unigram_perplexity": 160.0,
        "parameters": 1000,
        "cpu_minutes": 3.0,
        "curve": [{}],
    }
    for number, model in enumerate(("sc_nlm", "log_bilinear")):
        settings = {"data": "coco", "model": model}
        record = run | {"settings": settings, "test_perplexity": 5.0 + number}
        write(tmp_path, **{model: record})
    text = text_of(load(MODULE), tmp_path)
    cells = ["COCO, SC-NLM", "5.00", "8.00", "160.0", "1,000", "1", "3"]
    assert cells_of(text, "COCO, SC-NLM") == cells
    assert text.index("COCO, log-bilinear") < text.index("COCO, SC-NLM")


def test_captions_show_what_is_right_and_what_fails(load, tmp_path):
    tables, captions = load(MODULE), load("tables_captions")
    run = dict.fromkeys((*captions.CAPTIONS, *captions.FAILURES), 95.0)
    run |= {"two_objects": 75.0, "two_objects_complete": 60.0}
    run |= {"cider_d": 2.0, "cpu_minutes": 5.0}
    run |= {"settings": {"content": "mixed", "language_weight": 0.2}}
    own = run | {"settings": {"content": "own", "language_weight": 0.2}}
    write(tmp_path, captions=run, captions_own=own | {"one_object": 1.0})
    (text,) = tables.tables(tmp_path)
    cells = ["mixed captions, weight 0.2", "95.0", "95.0", "75.0", "60.0"]
    assert cells_of(text, "mixed captions")[:5] == cells
    assert cells_of(text, "own captions")[1] == "1.0"
    (row,) = tables.summary(tmp_path)
    assert row[1] == "95.0; 75.0"


def test_benchmark_is_of_steps_and_of_search(load, tmp_path):
    row = {"part": "training", "name": "bag_of_words", "mode": "graph"}
    record = {"rows": [row | {"median_ms": 2.0, "ratio": 0.5}]}
    write(tmp_path, benchmark=record)
    (text,) = load(MODULE).tables(tmp_path)
    cells = ["bag of words, no XLA", "2.00 ms", "0.50"]
    assert cells_of(text, "bag of words") == cells
