"""Who may import whom, and the checker that reads it from the source."""

import ast
import pathlib
import sys

from tests.shared_modules import SHARED_BY_FOLDER

ROOT = pathlib.Path(__file__).parents[1]
PACKAGE = "keras_dl4"

# Kind: the kinds of keras_dl4 that it may import.
KINDS = {
    "backend": set(),
    "ops": {"backend"},
    "transforms": {"ops", "backend"},
    "layers": {"ops", "backend", "transforms"},
    "regularizers": {"ops", "backend", "transforms"},
    "losses": {"ops", "backend", "transforms"},
    "metrics": {"ops", "backend", "transforms"},
    "models": {
        "ops",
        "backend",
        "transforms",
        "layers",
        "regularizers",
        "losses",
        "metrics",
    },
    "evaluation": {"ops", "backend"},
    "figures": set(),
    "callbacks": {"metrics", "evaluation", "figures"},
    "datasets": set(),
    "serving": set(),
    "distribute": set(),
}
LAZY_KINDS = {"figures", "serving", "distribute"}

# Library: the places that may import it at the top of a file, and those that
# may do so inside a function. A place is a kind, or a file of the package.
LIBRARIES = {
    "keras": (set(KINDS) - {"figures"}, set()),
    "numpy": (set(KINDS), set()),
    "matplotlib": ({"figures"}, set()),
    "tensorflow": (
        {"backend/tensorflow.py", "serving", "distribute"},
        {"datasets", "callbacks"},
    ),
    "tensorflow_datasets": (set(), {"datasets"}),
    "sklearn": (set(), {"datasets", "evaluation"}),
    "tensorboard": (set(), {"callbacks"}),
    "google": ({"serving"}, {"serving"}),  # protobuf, of SavedModel files
    "jax": ({"backend/jax.py"}, set()),
    "torch": ({"backend/torch.py"}, set()),
}


def imports_of(tree):
    """Yields `(node, dotted name, is_top_level)` for each imported name."""
    inside = {
        id(node)
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
    }
    for node in ast.walk(tree):
        top_level = id(node) not in inside
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node, alias.name, top_level
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                module = "." * node.level + (node.module or "")
                yield node, f"{module}.{alias.name}", top_level


def kind_of(path):
    """`layers/ntm.py` and `layers.py` are both of kind "layers"."""
    return pathlib.PurePosixPath(path).parts[0].removesuffix(".py")


def breaches(path, source):
    """The import rules that one file of the package breaks.

    Args:
        path: Path relative to `keras_dl4/`, with forward slashes.
        source: The text of the file.

    Returns:
        List of sentences, empty if the file keeps the rules.
    """
    found = []
    for node, name, top_level in imports_of(ast.parse(source)):
        problem = breach(path, name, top_level)
        if problem:
            found.append(f"keras_dl4/{path}:{node.lineno}: {name}: {problem}")
    return found


def breach(path, name, top_level):
    """What is wrong with importing `name`, or None."""
    parts = name.split(".")
    if path != "__init__.py" and kind_of(path) not in KINDS:
        return f"`{kind_of(path)}` is not one of {sorted(KINDS)}"
    if not parts[0]:
        return "relative imports are not used"
    if parts[:2] == ["keras", "src"] and kind_of(path) != "backend":
        return "private Keras API; only `backend/` may"
    if parts[0] != PACKAGE:
        return library_breach(path, parts[0], top_level)
    if len(parts) < 2 or parts[1] not in KINDS:
        return f"import a kind by name, one of {sorted(KINDS)}"
    if path == "__init__.py":
        if parts[1] in LAZY_KINDS and top_level:
            return "loads lazily, through `__getattr__`"
        return None
    if parts[1] == kind_of(path):
        return sibling_breach(path, parts)
    if parts[1] not in KINDS[kind_of(path)]:
        return f"`{kind_of(path)}` may not import `{parts[1]}`"
    if parts[1] in LAZY_KINDS and top_level:
        return f"`{parts[1]}` loads lazily: import it inside a function"
    return None


def library_breach(path, library, top_level):
    """What is wrong with a file that imports another library, or None."""
    if library not in LIBRARIES:
        return None if is_standard(library) else "not a known dependency"
    at_top, inside = LIBRARIES[library]
    places = {path, kind_of(path)}
    if places & at_top:
        return None
    if not places & inside:
        return f"`{kind_of(path)}` may not import `{library}`"
    return "import it inside a function" if top_level else None


def sibling_breach(path, parts):
    """What is wrong with an import from the file's own kind, or None."""
    file = pathlib.PurePosixPath(path)
    if file.stem in {"__init__", "__main__"}:
        return None
    folder = ".".join(file.parent.parts)
    shared = {name for name in SHARED_BY_FOLDER if name.startswith(folder)}
    shared.add(f"{folder}.{file.stem}_cell")
    imported = ".".join(parts[1:]) + "."
    if any(imported.startswith(f"{module}.") for module in shared):
        return None
    return "same kind; only a wrapper its cell, or one of `SHARED_BY_FOLDER`"


def is_standard(library):
    return library in sys.stdlib_module_names


def public_names():
    """`{kind: names in its __all__}` of the package, without running it."""
    names = {}
    for kind in KINDS:
        for path in (f"{kind}.py", f"{kind}/__init__.py"):
            file = ROOT / PACKAGE / path
            if file.exists() and kind != "backend":
                names[kind] = set(all_of(file.read_text()))
    return names


def all_of(source):
    """The literal `__all__` of a module's source, empty if there is none."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.Assign) and any(
            getattr(target, "id", None) == "__all__" for target in node.targets
        ):
            return ast.literal_eval(node.value)
    return []


def private_uses(source, public):
    """Names of keras_dl4 used by a script that are not public.

    Args:
        source: The text of an example or a benchmark.
        public: `{kind: names}`, as `public_names` returns.

    Returns:
        Sorted list of dotted names.
    """
    tree = ast.parse(source)
    used = {name for _, name, _ in imports_of(tree)}
    used |= {ast.unparse(n) for n in ast.walk(tree) if is_chain(n)}
    return sorted(
        name
        for name in used
        if name.split(".")[0] == PACKAGE
        and not is_public(name.split(".")[1:], public)
    )


def is_chain(node):
    """Whether a node reads `name.attribute.attribute…`."""
    while isinstance(node, ast.Attribute):
        node = node.value
        if isinstance(node, ast.Name):
            return True
    return False


def is_public(parts, public):
    """Whether `keras_dl4.<parts>` is a kind or a public name of one.

    What follows a public name is an attribute of that object.
    """
    if not parts or parts[0] == "__version__":
        return True
    if parts[0] not in public:
        return False
    return len(parts) == 1 or parts[1] in public[parts[0]]
