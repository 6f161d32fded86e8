"""A task of bAbI, generated here or read from the official files."""

import glob
import hashlib
import os
import tarfile
import zlib

from keras_dl4.datasets.babi.checksums import TEST_SHA256
from keras_dl4.datasets.babi.checksums import TRAIN_SHA256
from keras_dl4.datasets.babi.generation import generate_splits
from keras_dl4.datasets.babi.overlap import pairs_of
from keras_dl4.datasets.babi.overlap import without
from keras_dl4.datasets.babi.story_dataset import StoryDataset
from keras_dl4.datasets.babi.tasks import SPLITS
from keras_dl4.datasets.babi.tasks import TASK_NAMES
from keras_dl4.datasets.babi.tasks import check_task
from keras_dl4.datasets.babi.tasks import file_name
from keras_dl4.datasets.babi.text_format import decoded
from keras_dl4.datasets.babi.text_format import parse
from keras_dl4.datasets.babi.text_format import read_file

_SOURCES = ("generated", "official")
_NUM_QUESTIONS = {
    "1k": {"train": 1000, "test": 1000},
    "10k": {"train": 10_000, "test": 1000},
}
_LANGUAGE_FOLDERS = {"1k": "en", "10k": "en-10k"}
_TOP_FOLDER = "tasks_1-20_v1-2"
_PARTIAL = (
    " Of task 3 at the size '10k' some copies have only a part, in a file "
    "named PARTIAL, which is not taken for the whole: pass size='1k', or read "
    "that file with `read_file`."
)


def load(
    task, source="generated", size="1k", data_dir=None, seed=0, *, dedupe=False
):
    """Loads one of the twenty bAbI tasks: stories, questions and answers.

    `"generated"` draws stories of the same kind, with the same words; nothing
    is needed or downloaded. `"official"` reads the files of bAbI 1.2 in
    English, to compare with published figures. It looks in `data_dir`, or else
    in the directory that the environment variable `KERAS_DL4_DATA` names, and
    in the folder `babi` inside it, for the unpacked folder `tasks_1-20_v1-2`,
    then for the archives `babi_en.tar.gz` or `babi_en-10k.tar.gz`, and
    `tasks_1-20_v1-2.tar.gz`. Archives are read where they are: nothing is
    written. The sha256 of each file is checked. Of task 3 with 10,000
    questions no sum is known, only their number is checked.

    Args:
        task: Int from 1 to 20; `TASK_NAMES` says what they are.
        source: String, `"generated"` or `"official"`. Defaults to
            `"generated"`.
        size: String, `"1k"` or `"10k"`, the number of training questions.
            1,000 are for testing. Defaults to `"1k"`.
        data_dir: String or path, where the official files are; not for
            `"generated"`. Defaults to `None`.
        seed: Int >= 0, for `"generated"`: other seeds give other stories.
            Defaults to `0`.
        dedupe: Boolean, whether to leave out test questions that are asked
            about the same story in the training set too. In the official task
            4 those are 13 % and in task 20 12 %, which then has fewer test
            questions; generated ones are replaced by others. Defaults to
            `False`.

    Returns:
        A `StoryDataset`.

    Raises:
        ValueError: If an argument is out of range, if an official file is not
            what it should be, or if there are too few different stories to
            generate for `dedupe`.
        FileNotFoundError: If the official file is not there.

    Example:

    >>> dataset = load(task=1)
    >>> dataset.train.stories[0][0], dataset.train.questions[0]
    ('Mary moved to the garden.', 'Where is John?')

    References:
        - [Towards AI-Complete Question Answering](
          https://arxiv.org/abs/1502.05698)
    """
    task = check_task(task)
    for name, value, known in (
        ("source", source, _SOURCES),
        ("size", size, tuple(_NUM_QUESTIONS)),
    ):
        if value not in known:
            raise ValueError(
                f"`{name}` must be one of {', '.join(map(repr, known))}. "
                f"Received: {name}={value!r}."
            )
    if source == "generated":
        if data_dir is not None:
            raise ValueError(
                "Generated stories are read from no directory. Received: "
                f"data_dir={os.fspath(data_dir)!r}. Pass source='official' "
                "for the files there, or leave `data_dir` out."
            )
        train, test = generate_splits(task, _NUM_QUESTIONS[size], seed, dedupe)
        return StoryDataset(train, test, task)
    train, test = (
        _official(task, split, size, _folders(data_dir)) for split in SPLITS
    )
    if dedupe:
        test = without(test, pairs_of(train))
    return StoryDataset(train, test, task)


def read_directory(path, task):
    """Reads a task from a folder of files in the official format.

    For translated or changed files, such as the folders `hn` or `shuffled` of
    the official archive, or files written by `write_file`. They may hold any
    number of questions; nothing but their form is checked.

    Args:
        path: String or path of a folder with one file
            `qa<task>_<any name>_train.txt` and one that ends in `_test.txt`.
        task: Int from 1 to 20.

    Returns:
        A `StoryDataset`.

    Raises:
        ValueError: If a line is malformed, or if several files match.
        FileNotFoundError: If the folder or a file is not there.

    Example:

    >>> import os
    >>> os.mkdir("my_stories")
    >>> dataset = load(task=1)
    >>> write_file("my_stories/qa1_mine_train.txt", dataset.train)
    >>> write_file("my_stories/qa1_mine_test.txt", dataset.test)
    >>> read_directory("my_stories", task=1) == dataset
    True
    """
    task = check_task(task)
    splits = []
    for split in SPLITS:
        pattern = f"qa{task}_*_{split}.txt"
        folder = glob.escape(os.fspath(path))
        found = sorted(glob.glob(os.path.join(folder, pattern)))
        if not found:
            raise FileNotFoundError(
                f"There must be a file {pattern} in the folder. Received: "
                f"path={os.fspath(path)!r}."
            )
        if len(found) > 1:
            raise ValueError(
                f"There must be one file {pattern} in the folder. Received: "
                f"{found}. Keep one of them there."
            )
        splits.append(read_file(found[0]))
    return StoryDataset(*splits, task)


def _folders(data_dir):
    """Where official files may be, and what named that place."""
    top = data_dir or os.environ.get("KERAS_DL4_DATA")
    if not top:
        raise FileNotFoundError(
            "The official files are not downloaded by this library. Fetch "
            f"{_TOP_FOLDER}.tar.gz and name its directory by `data_dir` or by "
            "the environment variable KERAS_DL4_DATA, or pass "
            "source='generated'. Received: data_dir=None."
        )
    return [os.path.join(top, "babi"), os.fspath(top)]


def _official(task, split, size, folders):
    """The questions of one official file, checked."""
    language = _LANGUAGE_FOLDERS[size]
    inner = f"{_TOP_FOLDER}/{language}/{file_name(task, split)}"
    archives = [f"babi_{language}.tar.gz", f"{_TOP_FOLDER}.tar.gz"]
    looked = []
    for folder in folders:
        path = os.path.join(folder, *inner.split("/"))
        looked.append(path)
        if os.path.isfile(path):
            with open(path, "rb") as file:
                return _checked(file.read(), path, task, split, size)
        for archive in archives:
            path = os.path.join(folder, archive)
            looked.append(f"{path} ({inner} in it)")
            content = _member(path, inner) if os.path.isfile(path) else None
            if content is not None:
                return _checked(content, looked[-1], task, split, size)
    raise FileNotFoundError(
        f"There is no official file of task {task} ({TASK_NAMES[task]}), "
        f"{split}, at the size {size!r}. Looked for:\n  "
        + "\n  ".join(looked)
        + "\nFetch the archive tasks_1-20_v1-2.tar.gz, or pass "
        "source='generated'." + (_PARTIAL if size == "10k" else "")
    )


def _member(path, inner):
    """The bytes of a file in an archive, or None. Nothing is unpacked."""
    try:
        with tarfile.open(path, "r:gz") as archive:
            for member in archive:
                if member.isfile() and member.name.removeprefix("./") == inner:
                    return archive.extractfile(member).read()
    except (tarfile.TarError, EOFError, OSError, zlib.error) as error:
        raise ValueError(
            f"{path} must be a whole tar.gz archive. Received: {error}. Fetch "
            "it again."
        ) from error
    return None


def _checked(content, path, task, split, size):
    expected = TEST_SHA256 if split == "test" else TRAIN_SHA256[size]
    found = hashlib.sha256(content).hexdigest()
    if found != expected.get(task, found):
        raise ValueError(
            f"{path} is truncated or not the official file: its sha256 must "
            f"be {expected[task]}. Received: {found} ({len(content)} bytes). "
            "Fetch it again, or use `read_directory` for files of your own."
        )
    questions = parse(decoded(content, path), source=str(path))
    if len(questions) != _NUM_QUESTIONS[size][split]:
        raise ValueError(
            f"{path} must have {_NUM_QUESTIONS[size][split]} questions. "
            f"Received: {len(questions)}. Fetch it again."
        )
    return questions
