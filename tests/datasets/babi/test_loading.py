"""Official files: where they are found, what is refused, what they hold."""

import hashlib
import io
import os
import pathlib
import tarfile

import pytest

from keras_dl4.datasets.babi import TASK_NAMES
from keras_dl4.datasets.babi import format_questions
from keras_dl4.datasets.babi import generate
from keras_dl4.datasets.babi import load
from keras_dl4.datasets.babi import loading
from keras_dl4.datasets.babi import read_directory
from keras_dl4.datasets.babi import read_file

TOP = "tasks_1-20_v1-2"
NAME = "qa1_single-supporting-fact"


@pytest.fixture(scope="module")
def texts():
    """`{name: bytes}` of files that have the form of official ones."""
    return {
        f"{TOP}/en/{NAME}_{split}.txt": format_questions(
            generate(1, 1000, split=split), space_after_question=True
        ).encode()
        for split in ("train", "test")
    }


@pytest.fixture
def sums(texts, monkeypatch):
    """Makes the sums of these files pass for those of the official ones."""
    train, test = (
        hashlib.sha256(content).hexdigest() for content in texts.values()
    )
    monkeypatch.setattr(loading, "TRAIN_SHA256", {"1k": {1: train}, "10k": {}})
    monkeypatch.setattr(loading, "TEST_SHA256", {1: test})
    monkeypatch.delenv("KERAS_DL4_DATA", raising=False)


def write_folder(folder, texts):
    for name, content in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def write_archive(path, texts, prefix=""):
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w:gz") as archive:
        for name, content in texts.items():
            member = tarfile.TarInfo(prefix + name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))


@pytest.mark.parametrize("inner", ["", "babi"])
@pytest.mark.parametrize(
    "archive", [None, f"{TOP}.tar.gz", "babi_en.tar.gz"], ids=str
)
def test_official_files_are_found(archive, inner, texts, sums, tmp_path):
    if archive:
        write_archive(tmp_path / inner / archive, texts)
    else:
        write_folder(tmp_path / inner, texts)
    before = sorted(tmp_path.rglob("*"))
    dataset = load(1, "official", data_dir=tmp_path)
    assert dataset.train == generate(1, 1000)
    assert dataset.test == generate(1, 1000, split="test")
    assert dataset.task == 1
    assert sorted(tmp_path.rglob("*")) == before  # nothing is unpacked


def test_archive_with_dotted_names_is_read(texts, sums, tmp_path):
    write_archive(tmp_path / f"{TOP}.tar.gz", texts, prefix="./")
    assert len(load(1, "official", data_dir=tmp_path).train) == 1000


def test_data_folder_may_be_named_by_the_environment(
    texts, sums, tmp_path, monkeypatch
):
    write_folder(tmp_path, texts)
    monkeypatch.setenv("KERAS_DL4_DATA", str(tmp_path))
    assert len(load(1, "official").test) == 1000


def test_missing_file_error_says_where_it_looked(sums, tmp_path):
    with pytest.raises(FileNotFoundError) as caught:
        load(1, "official", data_dir=tmp_path)
    for place in (
        f"babi/{TOP}/en/{NAME}_train.txt",
        "babi/babi_en.tar.gz",
        f"{TOP}.tar.gz",
    ):
        assert str(tmp_path / place) in str(caught.value)
    with pytest.raises(FileNotFoundError, match="by the environment variable"):
        load(1, "official")


def test_part_of_task_3_does_not_pass_for_the_whole(texts, sums, tmp_path):
    content = next(iter(texts.values()))
    name = "qa3_three-supporting-facts_train"
    write_folder(tmp_path, {f"{TOP}/en-10k/{name}.PARTIAL.txt": content})
    with pytest.raises(FileNotFoundError, match="have only a part"):
        load(3, "official", "10k", data_dir=tmp_path)
    write_folder(tmp_path, {f"{TOP}/en-10k/{name}.txt": content})
    with pytest.raises(ValueError, match="10000 questions. Received: 1000"):
        load(3, "official", "10k", data_dir=tmp_path)


def test_changed_file_is_refused(texts, sums, tmp_path):
    changed = {name: content[:-8] for name, content in texts.items()}
    write_archive(tmp_path / f"{TOP}.tar.gz", changed)
    with pytest.raises(ValueError, match="truncated or not the official file"):
        load(1, "official", data_dir=tmp_path)


def test_truncated_archive_is_refused(texts, sums, tmp_path):
    path = tmp_path / f"{TOP}.tar.gz"
    write_archive(path, texts)
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(ValueError, match="must be a whole tar.gz archive"):
        load(1, "official", data_dir=tmp_path)


def test_link_in_an_archive_is_not_followed(texts, sums, tmp_path):
    outside = tmp_path / "outside.txt"
    outside.write_bytes(next(iter(texts.values())))
    with tarfile.open(tmp_path / f"{TOP}.tar.gz", "w:gz") as archive:
        member = tarfile.TarInfo(next(iter(texts)))
        member.type, member.linkname = tarfile.SYMTYPE, str(outside)
        archive.addfile(member)
    with pytest.raises(FileNotFoundError):
        load(1, "official", data_dir=tmp_path)


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ({"task": 0}, "from 1 to 20. Received: task=0"),
        ({"task": "one"}, "`task` must be an integer"),
        ({"task": True}, "`task` must be an integer"),
        ({"source": "web"}, "'generated', 'official'. Received: source='web'"),
        ({"size": 1000}, "'1k', '10k'. Received: size=1000"),
        ({"seed": -1}, "`seed` must be an integer, at least 0"),
    ],
)
def test_bad_argument_is_reported(arguments, problem):
    with pytest.raises(ValueError, match=problem):
        load(**{"task": 1, **arguments})


def test_read_directory_reads_any_file_of_that_form(tmp_path):
    text = "1 Mary nach Haus ging.\n2 Wo ist Mary?\tHaus\t1\n"
    for split in ("train", "test"):
        (tmp_path / f"qa11_deutsch_{split}.txt").write_text(text)
    dataset = read_directory(tmp_path, 11)
    assert dataset.train.answers == dataset.test.answers == ["Haus"]
    with pytest.raises(FileNotFoundError, match=r"qa1_\*_train.txt"):
        read_directory(tmp_path, 1)
    (tmp_path / "qa11_other_test.txt").write_text(text)
    with pytest.raises(ValueError, match="one file.*Keep one"):
        read_directory(tmp_path, 11)


@pytest.mark.parametrize("size", ["1k", "10k"])
@pytest.mark.parametrize("task", TASK_NAMES)
def test_official_file_comes_back_byte_for_byte(
    task, size, official, official_folder
):
    if (task, size) == (3, "10k"):
        return  # a part only, which the next test reads
    folders = loading._folders(official_folder)
    language = loading._LANGUAGE_FOLDERS[size]
    dataset = official(task, size)
    assert len(dataset.train) == {"1k": 1000, "10k": 10_000}[size]
    assert len(dataset.test) == 1000
    for split in ("train", "test"):
        name = f"{TOP}/{language}/qa{task}_{TASK_NAMES[task]}_{split}.txt"
        content = official_bytes(folders, name, language)
        spaced = b"? \t" in content
        assert spaced == (task != 4 and task < 15)
        written = format_questions(getattr(dataset, split), spaced)
        assert written.encode() == content


def test_part_of_task_3_comes_back_byte_for_byte(official_folder, tmp_path):
    name = f"{TOP}/en-10k/qa3_{TASK_NAMES[3]}_train.PARTIAL.txt"
    folders = loading._folders(official_folder)
    content = official_bytes(folders, name, "en-10k")
    if content is None:
        pytest.skip("not run: no data")
    (tmp_path / "part.txt").write_bytes(content)
    questions = read_file(tmp_path / "part.txt")
    assert format_questions(questions, True).encode() == content


def official_bytes(folders, name, language):
    for folder in folders:
        path = pathlib.Path(folder, name)
        if path.exists():
            return path.read_bytes()
        for archive in (f"babi_{language}.tar.gz", f"{TOP}.tar.gz"):
            path = os.path.join(folder, archive)
            if os.path.exists(path):
                content = loading._member(path, name)
                if content is not None:
                    return content
    return None


def test_repeated_questions_are_left_out(official, official_folder):
    whole = official(4)
    deduped = load(4, "official", data_dir=official_folder, dedupe=True)
    seen = {
        (tuple(story), question)
        for story, question in zip(
            whole.train.stories, whole.train.questions, strict=True
        )
    }
    left = list(zip(deduped.test.stories, deduped.test.questions, strict=True))
    assert not any((tuple(story), question) in seen for story, question in left)
    assert len(left) == 866  # 13.4 % of the 1,000 are in the training file


def test_directory_for_generated_stories_raises(tmp_path):
    with pytest.raises(ValueError, match="Pass source='official'"):
        load(task=1, data_dir=tmp_path)
