"""The public classes and functions of keras_dl4, read from `__all__`."""

import functools
import importlib
import pathlib
import types

import keras_dl4

# The one internal sub-package: an interface between our files.
INTERNAL = {"backend"}


def public_modules():
    """Dotted names of the modules that users import from, sorted."""
    folder = pathlib.Path(keras_dl4.__file__).parent
    names = {
        path.stem
        for path in folder.iterdir()
        if (path.suffix == ".py" and not path.stem.startswith("_"))
        or (path / "__init__.py").exists()
    }
    return [f"keras_dl4.{name}" for name in sorted(names - INTERNAL)]


@functools.cache
def public_objects():
    """`{dotted name: class or function}` of everything in an `__all__`.

    A module in one, such as `keras_dl4.datasets.babi`, counts by what is in
    its own; values, such as a table of names, have no docstring to check.
    """
    objects, waiting = {}, public_modules()
    while waiting:
        module_name = waiting.pop(0)
        module = importlib.import_module(module_name)
        for name in getattr(module, "__all__", ()):
            public_object = getattr(module, name)
            if isinstance(public_object, types.ModuleType):
                waiting.append(f"{module_name}.{name}")
            elif callable(public_object):
                objects[f"{module_name}.{name}"] = public_object
    return objects
