import gzip
import hashlib
import json
import os

import numpy as np
import pytest

from keras_dl4.datasets.image_captions import data_files
from keras_dl4.datasets.image_captions import load_coco_captions
from keras_dl4.datasets.image_captions import load_coco_photos
from keras_dl4.datasets.image_captions import load_emoji

EMOJI = {
    "emoji": [
        {
            "name": "red heart",
            "official": "heavy black heart",
            "short": "heart",
            "keywords": ["love", "red heart", "♥"],
            "category": "Symbols",
            "tone": "",
            "split": "train",
            "pixgroup_twitter": 0,
            "pixgroup_google": 3,
        }
    ],
    "analogies": [
        {
            "kind": "hair_colour",
            "source": 0,
            "minus": "red",
            "plus": "blue",
            "target": 0,
        }
    ],
}


@pytest.fixture
def real_folder():
    folder = os.environ.get("KERAS_DL4_DATA")
    if not folder or not os.path.isdir(os.path.join(folder, "multimodal")):
        pytest.skip("not run: no data")
    return folder


@pytest.fixture
def small_files(tmp_path, monkeypatch):
    """A folder with small files in place of the real ones."""
    folder = tmp_path / "multimodal"
    folder.mkdir()
    content = gzip.compress(json.dumps(EMOJI).encode())
    (folder / "emoji32.json.gz").write_bytes(content)
    images = np.arange(2 * 32 * 32 * 3, dtype="uint8").reshape(2, 1, 32, 32, 3)
    np.savez(folder / "emoji32_images.npz", twitter=images[0], google=images[1])
    for path in folder.iterdir():
        found = hashlib.sha256(path.read_bytes()).hexdigest()
        monkeypatch.setitem(data_files.SHA256, path.name, found)
    return tmp_path


def test_emoji_are_read(small_files):
    for folder in (small_files, small_files / "multimodal"):
        emoji = load_emoji(folder)
        assert emoji["twitter"].shape == emoji["google"].shape == (1, 32, 32, 3)
        assert emoji["google_group"].tolist() == [3]
        assert emoji["split"].tolist() == ["train"]
        assert emoji["captions"] == [
            (
                ("red", "heart"),
                ("heavy", "black", "heart"),
                ("heart",),
                ("love", "red", "heart"),
            )
        ]
        analogies = emoji["analogies"]
        assert analogies["kind"].tolist() == ["hair_color"]
        assert analogies["plus"].tolist() == ["blue"]


def test_photos_are_read_with_their_captions(tmp_path, monkeypatch):
    entry = {"cocoid": 7, "file": "7.jpg", "captions": ["A dog.", "Two cats"]}
    (tmp_path / "coco_mini128.json").write_text(json.dumps([entry]))
    pixels = np.arange(12, dtype="uint8").reshape(1, 2, 2, 3)
    np.savez(tmp_path / "coco_mini128.npz", images=pixels)
    for path in tmp_path.iterdir():
        found = hashlib.sha256(path.read_bytes()).hexdigest()
        monkeypatch.setitem(data_files.SHA256, path.name, found)
    photos, (image,) = load_coco_photos(tmp_path)
    np.testing.assert_array_equal(photos, pixels)
    assert (image.image_id, image.file_name) == (7, "7.jpg")
    assert image.captions == (("a", "dog"), ("two", "cats"))


def test_folder_is_that_of_the_environment(small_files, monkeypatch):
    monkeypatch.setenv("KERAS_DL4_DATA", str(small_files))
    assert len(load_emoji()["captions"]) == 1


def test_another_file_raises(small_files):
    path = small_files / "multimodal" / "emoji32.json.gz"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(ValueError, match="its sha256 must be"):
        load_emoji(small_files)


def test_missing_file_raises(tmp_path, monkeypatch):
    with pytest.raises(FileNotFoundError, match="coco_val2017.*Looked for"):
        load_coco_captions(tmp_path)
    monkeypatch.delenv("KERAS_DL4_DATA", raising=False)
    with pytest.raises(
        FileNotFoundError, match="KERAS_DL4_DATA.*data_dir=None"
    ):
        load_coco_captions()


def test_real_captions_are_those_described(real_folder):
    images = load_coco_captions(real_folder)
    splits = [image.split for image in images]
    numbers = {split: splits.count(split) for split in set(splits)}
    assert numbers == {"train": 3500, "val": 500, "test": 1000}
    assert {len(image.captions) for image in images} == {5}
    assert all(image.tags is not None for image in images)


def test_real_emoji_are_those_described(real_folder):
    emoji = load_emoji(real_folder)
    assert emoji["twitter"].shape == emoji["google"].shape == (3786, 32, 32, 3)
    assert min(map(len, emoji["captions"])) >= 1
    kinds = emoji["analogies"]["kind"].tolist()
    assert len(kinds) == 11_412
    assert kinds.count("color") == 274
    assert emoji["analogies"]["target"].max() < 3786


def test_real_photos_are_those_described(real_folder):
    photos, images = load_coco_photos(real_folder)
    assert photos.shape == (51, 128, 128, 3) and photos.dtype == "uint8"
    assert {len(image.captions) for image in images} == {5}
