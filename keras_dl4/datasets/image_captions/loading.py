"""Captions and photographs of COCO, and emoji of two vendors."""

import numpy as np

from keras_dl4.datasets.image_captions.captioned_image import CaptionedImage
from keras_dl4.datasets.image_captions.captioned_image import split_words
from keras_dl4.datasets.image_captions.data_files import find_data_file
from keras_dl4.datasets.image_captions.formats import read_karpathy
from keras_dl4.datasets.image_captions.json_files import read_json

VENDORS = ("twitter", "google")


def load_coco_captions(data_dir=None):
    """Loads five captions of each of 5,000 COCO images, without the pictures.

    The captions of val2017 with a part of speech for each word, by rules and
    not always right. 3,500 images are for training, 500 for validation and
    1,000 for testing; these splits are not those of published figures.

    Args:
        data_dir: String or path, where `coco_val2017_captions.json.gz` is, or
            `None` for what `KERAS_DL4_DATA` names. Its sha256 is checked.
            Defaults to `None`.

    Returns:
        List of `CaptionedImage`.

    Raises:
        ValueError: If the file is truncated or another.
        FileNotFoundError: If it is not there.
    """
    return read_karpathy(
        find_data_file("coco_val2017_captions.json.gz", data_dir)
    )


def load_coco_photos(data_dir=None):
    """Loads 51 photographs of COCO, each with five captions.

    Few, but real and free to be passed on: to see whether a pipeline runs, not
    to learn from.

    Args:
        data_dir: String or path, where `coco_mini128.npz` and
            `coco_mini128.json` are, or `None` for what `KERAS_DL4_DATA` names.
            Their sha256 is checked. Defaults to `None`.

    Returns:
        `(photos, images)`: a uint8 array `(51, 128, 128, 3)`, and a list of
        `CaptionedImage` in that order.

    Raises:
        ValueError: If a file is truncated or another.
        FileNotFoundError: If one is not there.
    """
    entries = read_json(find_data_file("coco_mini128.json", data_dir))
    images = [
        CaptionedImage(
            entry["cocoid"],
            entry["file"],
            tuple(map(split_words, entry["captions"])),
        )
        for entry in entries
    ]
    path = find_data_file("coco_mini128.npz", data_dir)
    with np.load(path, allow_pickle=False) as arrays:
        return arrays["images"], images


def load_emoji(data_dir=None):
    """Loads 3,786 emoji, each drawn by two vendors, with names and analogies.

    Small real pictures: train on those of one vendor and search with the
    other's. Pictures of the same group are equal to the pixel, and so all
    right answers if one is.

    Args:
        data_dir: String or path, where `emoji32.json.gz` and
            `emoji32_images.npz` are, or `None` for what `KERAS_DL4_DATA`
            names. Their sha256 is checked. Defaults to `None`.

    Returns:
        Dictionary: `"twitter"` and `"google"`, uint8 arrays of pictures
        `(3786, 32, 32, 3)`; `"twitter_group"` and `"google_group"`, int64
        arrays `(3786,)`; `"split"`, `"category"` and `"tone"`, string arrays
        `(3786,)`; `"captions"`, a list with a tuple of captions, tuples of
        words, for each: its names, and all of its keywords; and
        `"analogies"`, a dictionary of arrays `(11412,)`: `"kind"`, `"source"`
        (which emoji), `"minus"`, `"plus"` (words) and `"target"` (which
        emoji).

    Raises:
        ValueError: If a file is truncated or another.
        FileNotFoundError: If one is not there.
    """
    content = read_json(find_data_file("emoji32.json.gz", data_dir))
    entries, questions = content["emoji"], content["analogies"]
    emoji = {
        name: np.array([entry[name] for entry in entries])
        for name in ("split", "category", "tone")
    }
    with np.load(
        find_data_file("emoji32_images.npz", data_dir), allow_pickle=False
    ) as arrays:
        for vendor in VENDORS:
            emoji[vendor] = arrays[vendor]
            groups = [entry[f"pixgroup_{vendor}"] for entry in entries]
            emoji[f"{vendor}_group"] = np.array(groups, "int64")
    emoji["captions"] = [_captions_of(entry) for entry in entries]
    analogies = {
        name: np.array([question[name] for question in questions])
        for name in ("kind", "source", "minus", "plus", "target")
    }
    kinds = [kind.replace("colour", "color") for kind in analogies["kind"]]
    emoji["analogies"] = {**analogies, "kind": np.array(kinds)}
    return emoji


def _captions_of(entry):
    """Its different names, and its keywords as one more caption."""
    texts = [
        entry["name"],
        entry["official"],
        entry["short"].replace("_", " "),
        " ".join(entry["keywords"]),
    ]
    captions = dict.fromkeys(map(split_words, texts))
    return tuple(caption for caption in captions if caption)
