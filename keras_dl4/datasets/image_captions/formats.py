"""The files in which captions of Flickr8k, Flickr30k and COCO come."""

import os

from keras_dl4.datasets.image_captions.captioned_image import CaptionedImage
from keras_dl4.datasets.image_captions.captioned_image import split_words
from keras_dl4.datasets.image_captions.json_files import field
from keras_dl4.datasets.image_captions.json_files import read_json
from keras_dl4.datasets.image_captions.json_files import write_json


def read_karpathy(path):
    """Reads captions in the JSON layout of Karpathy's splits.

    `dataset_flickr8k.json` and its like: an object with a list `images`, each
    with `imgid`, `filename`, `split`, and `sentences`, each with `tokens`, and
    perhaps with `pos`, the tags of those.

    Args:
        path: String or path, of a `.json` or `.json.gz` file.

    Returns:
        List of `CaptionedImage`, in the order of the file.

    Raises:
        ValueError: If the file is truncated or of another layout, or two
            images have the same id.
        FileNotFoundError: If there is no such file.

    Example:

    >>> image = CaptionedImage(7, "dog.jpg", (("a", "dog"),), "train")
    >>> write_karpathy("dataset_dogs.json", [image])
    >>> read_karpathy("dataset_dogs.json") == [image]
    True
    """
    _check_exists(path)
    images = []
    for number, entry in enumerate(_list_of(read_json(path), "images", path)):
        place = f"Image {number} of {os.fspath(path)}"
        sentences = field(entry, "sentences", list, place)
        captions = [field(s, "tokens", list, place) for s in sentences]
        tags = None
        if sentences and all("pos" in sentence for sentence in sentences):
            tags = tuple(tuple(field(s, "pos", list, place)) for s in sentences)
        images.append(
            CaptionedImage(
                field(entry, "imgid", int, place),
                field(entry, "filename", str, place),
                tuple(map(tuple, captions)),
                field(entry, "split", str, place),
                tags,
            )
        )
    return _with_other_ids(images, path)


def write_karpathy(path, images):
    """Writes captions in the JSON layout that `read_karpathy` reads.

    Args:
        path: String or path, of a `.json` file; one that is there is replaced.
        images: Sequence of `CaptionedImage`.

    Example:

    >>> image = CaptionedImage(7, "dog.jpg", (("a", "dog"),), "train")
    >>> write_karpathy("dataset_dogs.json", [image])
    """
    entries, sentence_id = [], 0
    for image in images:
        sentences = []
        for number, caption in enumerate(image.captions):
            sentence = {
                "tokens": list(caption),
                "raw": " ".join(caption),
                "imgid": image.image_id,
                "sentid": sentence_id,
            }
            if image.tags is not None:
                sentence["pos"] = list(image.tags[number])
            sentences.append(sentence)
            sentence_id += 1
        entries.append(
            {
                "imgid": image.image_id,
                "filename": image.file_name,
                "split": image.split,
                "sentids": [s["sentid"] for s in sentences],
                "sentences": sentences,
            }
        )
    name = os.path.splitext(os.path.basename(path))[0]
    content = {"images": entries, "dataset": name.removeprefix("dataset_")}
    write_json(path, content)


def read_flickr_tokens(path, split_files=None):
    r"""Reads captions in the layout of `Flickr8k.token.txt`.

    A line is `name.jpg#0`, a tab, and the caption. Captions of an image need
    not follow each other; ids count images in the order of the file.

    Args:
        path: String or path of the token file.
        split_files: Dictionary from splits to paths of files with the name of
            an image on each line, such as `Flickr_8k.trainImages.txt`, or
            `None`. Images in none of them have the split `""`. Defaults to
            `None`.

    Returns:
        List of `CaptionedImage`.

    Raises:
        ValueError: If a line is malformed, a caption has no word, an image is
            in two splits, or a split names an image without captions.
        FileNotFoundError: If there is no such file.

    Example:

    >>> with open("dogs.token.txt", "w") as file:
    ...     _ = file.write("dog.jpg#0\tA dog .\ndog.jpg#1\tOne dog .\n")
    >>> read_flickr_tokens("dogs.token.txt")[0].captions
    (('a', 'dog'), ('one', 'dog'))
    """
    captions = {}
    for number, line in _lines(path):
        name, mark, rest = line.partition("#")
        index, tab, text = rest.partition("\t")
        if not (name and mark and tab and index.isdecimal()):
            raise ValueError(
                f"Line {number} of {os.fspath(path)} must be `name.jpg#0`, a "
                f"tab and a caption. Received: {line[:60]!r}."
            )
        captions.setdefault(name, []).append(split_words(text))
    splits = {}
    for split, names_path in (split_files or {}).items():
        for number, name in _lines(names_path):
            if name not in captions or name in splits:
                raise ValueError(
                    f"Line {number} of {os.fspath(names_path)} must name an "
                    f"image with captions, once. Received: {name!r}, in split "
                    f"{splits.get(name)!r} before."
                )
            splits[name] = split
    return [
        CaptionedImage(number, name, tuple(several), splits.get(name, ""))
        for number, (name, several) in enumerate(captions.items())
    ]


def read_coco(path, split=""):
    """Reads captions in the layout of COCO, `captions_val2017.json`.

    Args:
        path: String or path, of a `.json` or `.json.gz` file, an object with
            lists `images` (each with `id` and `file_name`) and `annotations`
            (each with `image_id` and `caption`).
        split: String, the split of all of them. Defaults to `""`.

    Returns:
        List of `CaptionedImage`, those that have captions, in the order of the
        file.

    Raises:
        ValueError: If the file is truncated or of another layout, a caption
            has no word or is of no image, or two images have the same id.
        FileNotFoundError: If there is no such file.

    Example:

    >>> import json
    >>> content = {
    ...     "images": [{"id": 9, "file_name": "dog.jpg"}],
    ...     "annotations": [{"image_id": 9, "caption": "A dog."}],
    ... }
    >>> with open("captions.json", "w") as file:
    ...     json.dump(content, file)
    >>> read_coco("captions.json")[0].captions
    (('a', 'dog'),)
    """
    _check_exists(path)
    content = read_json(path)
    names, captions = [], {}
    for number, entry in enumerate(_list_of(content, "images", path)):
        place = f"Image {number} of {os.fspath(path)}"
        image_id = field(entry, "id", int, place)
        names.append((image_id, field(entry, "file_name", str, place)))
        captions[image_id] = []
    for number, entry in enumerate(_list_of(content, "annotations", path)):
        place = f"Annotation {number} of {os.fspath(path)}"
        image_id = field(entry, "image_id", int, place)
        if image_id not in captions:
            raise ValueError(
                f"{place} must be of an image of the file. Received: "
                f"image_id={image_id}."
            )
        text = field(entry, "caption", str, place)
        captions[image_id].append(split_words(text))
    images = [
        CaptionedImage(image_id, name, tuple(captions[image_id]), split)
        for image_id, name in names
        if captions[image_id]
    ]
    return _with_other_ids(images, path)


def _list_of(content, name, path):
    return field(content, name, list, os.fspath(path))


def _with_other_ids(images, path):
    """The images, if no two have the same id."""
    seen = set()
    for image in images:
        if image.image_id in seen:
            raise ValueError(
                f"Images of {os.fspath(path)} must have ids of their own. "
                f"Received: {image.image_id} twice."
            )
        seen.add(image.image_id)
    return images


def _lines(path):
    """Yields `(number, line)` of lines that are not empty."""
    _check_exists(path)
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                yield number, line.strip("\r\n")


def _check_exists(path):
    if not os.path.isfile(path):
        raise FileNotFoundError(
            f"There must be a file {os.fspath(path)!r}. Received: none of "
            "that name. Check the path."
        )
