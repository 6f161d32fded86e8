"""Finds the files of captions and emoji, and checks them."""

import hashlib
import os

SHA256 = {
    "coco_mini128.json": (
        "41ee2b5a8ef23d29658c64db2dcfbc59369fb0c8104ab21f3f09e25a65248c88"
    ),
    "coco_mini128.npz": (
        "2d388c61ccaca68f192e0f67884cdfc94b00caaca05e1882288bfd2269d8d66a"
    ),
    "coco_val2017_captions.json.gz": (
        "0b4607a132421a30f4df87eb1dd98bbffedd8bd6a7cf8375cbdffe08b84ca7d3"
    ),
    "emoji32.json.gz": (
        "1b03019200d4291d6fcae34b6a0882d00be118bda5c5458d37219da17860c020"
    ),
    "emoji32_images.npz": (
        "2b7615c9b5e5582bf5a0980dc5c27c422d7cb31038271ede8d0674f1ad300097"
    ),
}


def find_data_file(name, data_dir):
    """The path of a file, whole.

    It is looked for in `data_dir`, or else where `KERAS_DL4_DATA` says, and in
    the folder `multimodal` there.
    """
    top = data_dir or os.environ.get("KERAS_DL4_DATA")
    if not top:
        raise FileNotFoundError(
            f"{name} is not downloaded by this library. Name its directory by "
            "`data_dir` or by the environment variable KERAS_DL4_DATA. "
            "Received: data_dir=None."
        )
    paths = [os.path.join(top, *parts, name) for parts in ((), ("multimodal",))]
    for path in paths:
        if os.path.isfile(path):
            with open(path, "rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
            if found != SHA256[name]:
                raise ValueError(
                    f"{path} is truncated or another file: its sha256 must be "
                    f"{SHA256[name]}. Received: {found}. Fetch it again."
                )
            return path
    raise FileNotFoundError(
        f"There must be a file {name}. Received: data_dir={top!r}. Looked for "
        f"{' and '.join(paths)}."
    )
