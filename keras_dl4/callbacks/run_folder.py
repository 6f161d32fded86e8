"""A folder for what a run writes, which no other run loses."""

import pathlib
import shutil


def prepare_run_folder(folder, resume=False, overwrite=False):
    """Makes the folder of a run, and refuses to lose an earlier one.

    Call it at the start of a training script, before anything is written.
    What is replaced must be a run: a folder with the `result.json` of a
    `RunRecorder`. Anything else is never deleted.

    Args:
        folder: String or path.
        resume: Boolean, whether to go on with the run in the folder. Defaults
            to `False`.
        overwrite: Boolean, whether to delete the run in the folder. Defaults
            to `False`.

    Returns:
        The folder, a `pathlib.Path`.

    Raises:
        FileExistsError: If the folder is not empty and neither is to be gone
            on with nor is a run that may be deleted.

    Example:

    >>> import pathlib
    >>> import tempfile
    >>> out = pathlib.Path(tempfile.mkdtemp()) / "runs" / "first"
    >>> keras_dl4.callbacks.prepare_run_folder(out).is_dir()
    True
    """
    folder = pathlib.Path(folder)
    is_run = (folder / "result.json").exists()
    if is_run and overwrite:
        shutil.rmtree(folder)
    elif not resume and folder.exists() and any(folder.iterdir()):
        raise FileExistsError(
            f"{folder} is not empty. Go on with a run by --resume, replace "
            "it by --overwrite, or give another --out."
        )
    folder.mkdir(parents=True, exist_ok=True)
    return folder
