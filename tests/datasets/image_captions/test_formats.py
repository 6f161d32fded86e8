import gzip
import json

import pytest

from keras_dl4.datasets.image_captions import CaptionedImage
from keras_dl4.datasets.image_captions import read_coco
from keras_dl4.datasets.image_captions import read_flickr_tokens
from keras_dl4.datasets.image_captions import read_karpathy
from keras_dl4.datasets.image_captions import split_words
from keras_dl4.datasets.image_captions import write_karpathy

KARPATHY = {
    "images": [
        {
            "imgid": 4,
            "filename": "dog.jpg",
            "split": "train",
            "sentids": [0, 1],
            "sentences": [
                {"tokens": ["a", "dog"], "pos": ["DT", "NN"], "sentid": 0},
                {"tokens": ["dogs"], "pos": ["NNS"], "sentid": 1},
            ],
        },
        {
            "imgid": 5,
            "filename": "cat.jpg",
            "split": "test",
            "sentences": [{"tokens": ["a", "cat"]}],
        },
    ],
    "dataset": "pets",
}
IMAGES = [
    CaptionedImage(
        4,
        "dog.jpg",
        (("a", "dog"), ("dogs",)),
        "train",
        (("DT", "NN"), ("NNS",)),
    ),
    CaptionedImage(5, "cat.jpg", (("a", "cat"),), "test"),
]
COCO = {
    "images": [
        {"id": 9, "file_name": "cat.jpg"},
        {"id": 3, "file_name": "dog.jpg"},
        {"id": 5, "file_name": "none.jpg"},
    ],
    "annotations": [
        {"id": 1, "image_id": 3, "caption": "A dog's life."},
        {"id": 2, "image_id": 9, "caption": "A cat\n"},
        {"id": 3, "image_id": 3, "caption": "Two dogs, one red"},
    ],
}
TOKENS = "b.jpg#0\tA dog .\na.jpg#1\tA cat\nb.jpg#1\tTwo dogs !\n"


@pytest.fixture
def write(tmp_path):
    """`write(name, content)`: the path of a file with that content."""

    def write(name, content):
        path = tmp_path / name
        text = content if isinstance(content, str) else json.dumps(content)
        if name.endswith(".gz"):
            path.write_bytes(gzip.compress(text.encode()))
        else:
            path.write_text(text)
        return path

    return write


@pytest.mark.parametrize("name", ["pets.json", "pets.json.gz"])
def test_karpathy_files_are_read(write, name):
    assert read_karpathy(write(name, KARPATHY)) == IMAGES


def test_karpathy_files_are_written_as_they_are_read(tmp_path):
    path = tmp_path / "dataset_pets.json"
    write_karpathy(path, IMAGES)
    assert read_karpathy(path) == IMAGES
    content = json.loads(path.read_text())
    assert content["dataset"] == "pets"
    ids = [i for image in content["images"] for i in image["sentids"]]
    assert ids == [0, 1, 2]
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_flickr_files_are_read(write):
    images = read_flickr_tokens(
        write("token.txt", TOKENS),
        {"train": write("train.txt", "a.jpg\n"), "test": write("t.txt", "\n")},
    )
    assert images == [
        CaptionedImage(0, "b.jpg", (("a", "dog"), ("two", "dogs"))),
        CaptionedImage(1, "a.jpg", (("a", "cat"),), "train"),
    ]


def test_coco_files_are_read(write):
    assert read_coco(write("coco.json", COCO), "val") == [
        CaptionedImage(9, "cat.jpg", (("a", "cat"),), "val"),
        CaptionedImage(
            3,
            "dog.jpg",
            (("a", "dog's", "life"), ("two", "dogs", "one", "red")),
            "val",
        ),
    ]


def test_words_are_split_without_punctuation():
    assert split_words("The \"T-shirt\" (size 9) isn't ours — it's Zoë's.") == (
        *("the", "t-shirt", "size", "9", "isn't", "ours", "it's", "zoë's"),
    )
    assert split_words("...") == ()


def changed(content, *path, to):
    """A copy of JSON content with the value at a path replaced."""
    copy = json.loads(json.dumps(content))
    place = copy
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = to
    return copy


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "must be a whole JSON file"),
        ([], "must have `images`, of type list. Received: None"),
        (changed(KARPATHY, "images", 0, "imgid", to="4"), "Image 0 .*`imgid`"),
        (changed(KARPATHY, "images", 0, "imgid", to=5), "5 twice"),
        (changed(KARPATHY, "images", 1, "split", to=None), "Image 1.*`split`"),
        (changed(KARPATHY, "images", 1, "sentences", to=[]), "'cat.jpg'"),
        (
            changed(KARPATHY, "images", 1, "sentences", 0, "tokens", to=[]),
            "at least one word.*'cat.jpg'",
        ),
        (
            changed(KARPATHY, "images", 0, "sentences", 0, "pos", to=["DT"]),
            r"\[1, 1\] tags for \[2, 1\] words",
        ),
    ],
)
def test_bad_karpathy_files_raise(write, content, message):
    with pytest.raises(ValueError, match=message):
        read_karpathy(write("bad.json", content))


def test_truncated_archive_raises(write):
    path = write("pets.json.gz", KARPATHY)
    path.write_bytes(path.read_bytes()[:-12])
    with pytest.raises(ValueError, match="must be a whole JSON file"):
        read_karpathy(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (changed(COCO, "annotations", 1, "image_id", to=8), "image_id=8"),
        (changed(COCO, "annotations", 1, "caption", to="."), "at least one"),
        (changed(COCO, "annotations", to={}), "`annotations`, of type list"),
        (changed(COCO, "images", 2, "id", to=3), "3 twice"),
    ],
)
def test_bad_coco_files_raise(write, content, message):
    with pytest.raises(ValueError, match=message):
        read_coco(write("bad.json", content))


def test_bad_flickr_files_raise(write):
    for line in ("a.jpg\tA dog", "a.jpg#x\tA dog", "a.jpg#0 A dog", "#0\tdog"):
        with pytest.raises(ValueError, match="Line 4 of .*Received"):
            read_flickr_tokens(write("token.txt", TOKENS + line))
    tokens = write("token.txt", TOKENS)
    with pytest.raises(ValueError, match="Line 2 of.*'c.jpg'"):
        read_flickr_tokens(tokens, {"train": write("t.txt", "a.jpg\nc.jpg")})
    both = {name: write(f"{name}.txt", "a.jpg") for name in ("train", "test")}
    with pytest.raises(ValueError, match="'a.jpg', in split 'train' before"):
        read_flickr_tokens(tokens, both)


def test_missing_files_raise(tmp_path):
    for read in (read_karpathy, read_flickr_tokens, read_coco):
        with pytest.raises(FileNotFoundError, match=r"missing\.txt"):
            read(tmp_path / "missing.txt")
