import pytest

from keras_dl4.callbacks import prepare_run_folder


@pytest.fixture
def run(tmp_path):
    (tmp_path / "result.json").write_text("{}")
    (tmp_path / "weights").write_text("old")
    return tmp_path


def test_new_and_empty_folders_are_made(tmp_path):
    folder = tmp_path / "a" / "b"
    assert prepare_run_folder(str(folder)) == folder
    assert prepare_run_folder(folder).is_dir()


def test_a_run_is_kept_unless_it_was_asked_for(run):
    with pytest.raises(FileExistsError, match="--resume.*--overwrite"):
        prepare_run_folder(run)
    prepare_run_folder(run, resume=True)
    assert (run / "weights").read_text() == "old"


def test_overwrite_deletes_the_run(run):
    prepare_run_folder(run, overwrite=True)
    assert list(run.iterdir()) == []


def test_what_is_no_run_is_never_deleted(run):
    (run / "result.json").unlink()
    with pytest.raises(FileExistsError):
        prepare_run_folder(run, overwrite=True)
    assert (run / "weights").exists()
