"""Who may import whom, and the checker that reads it from the source."""

import ast
import pathlib
import sys

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

# Modules that files of their own folder may import, beside a wrapper its cell:
# an abstract class, the model that another is made of, the check of a result.
# Add only those; shared functions go down to `ops`.
SHARED_BY_FOLDER = {
    "callbacks.figure_image",  # the abstract class of pictures in TensorBoard
    "datasets.algorithmic.sequence_task",  # the abstract class of the tasks
    "datasets.babi",  # stories, and what they are read from and drawn with
    "datasets.digits",  # the source of what is distorted
    "datasets.distorted_digits",  # geometry and pasting under its kinds
    "datasets.tfds_babi",  # the builder of another file, for its length
    "datasets.tfds_shape_scenes",  # the same
    "datasets.image_captions",  # captions, and the files that they come in
    "datasets.language_text",  # texts, and the words that they are cut into
    "datasets.rectangles",  # a set that TFDS has as well
    "datasets.shape_scenes",  # scenes, what they look like and what is said
    "evaluation.batches",  # how functions of a data set are computed
    "evaluation.tied_ranks",  # what recalls are made of
    "evaluation.squared_distances",  # what several of those are made of
    "figures.curve_axes",  # what figures of curves have in common
    "figures.image_mosaic",  # what figures of images have in common
    "figures.image_sheet",  # what sheets of images and texts have in common
    "layers.abstract_spatial_transformer",  # the abstract class of two layers
    "layers.bag_of_words_encoder",  # one way to make a vector of a caption
    "layers.localization",  # the network inside a spatial transformer
    "layers.memory_arguments",  # errors of the layers that read memories
    "layers.noise_source",  # the saved seeds inside every layer with noise
    "layers.ntm_cell_controller",  # a part of the cell, no layer of its own
    "layers.peephole_lstm",  # another one
    "layers.role_features",  # the embeddings inside that
    "layers.spatial_transformer_checks",  # errors of the transformers
    "layers.story_text",  # words and sentences under the vectorizer
    "layers.transform_regressor",  # the end of a localization network
    "models.abstract_autoencoder",  # the abstract class of all of them
    "models.abstract_language_model",  # of language models of sentences
    "models.abstract_story_model",  # of networks that read stories
    "models.abstract_story_reader",  # of all that read them as text
    "models.abstract_image_search",  # of a visual-semantic embedding
    "models.abstract_two_player_model",  # the abstract class of a game
    "models.answer_explanation",  # what a memory network looked at
    "models.autoencoder",  # what a stacked one is made of
    "models.caption_checks",  # values of pictures and their captions
    "models.composite_optimizer",  # the optimizers of several players
    "models.embedding_index",  # what is searched
    "models.evidence_bound",  # what a variational one is trained on
    "models.gan_checks",  # errors of a GAN
    "models.gan_data",  # its batches
    "models.gan_latents",  # what its samples are made from
    "models.gan_players",  # what each of its networks lowers
    "models.gan_signatures",  # what it answers on a server
    "models.host_checks",  # values of data, before a model is trained on them
    "models.latent_draws",  # codes that it draws
    "models.likelihood_estimator",  # what it estimates by many of them
    "models.likelihoods",  # what its decoder says of data
    "models.memn2n",  # what several restarts are of
    "models.moving_average",  # of the weights of its generator
    "models.ranking_loss_state",  # saved with the model that it trains
    "models.restart_programs",  # how several restarts are trained
    "models.restart_schedule",  # for how long, and on what
    "models.seed_states",  # saved random numbers of networks inside
    "models.sentence_checks",  # values of sentences, before training
    "models.supported_answers",  # values of stories, questions and facts
    "models.story_checks",  # values of stories, before training
    "models.symbolic_calls",  # of its parts, before there is data
    "models.training_phases",  # how several players take turns
    "ops.activation_derivatives",  # of what follows a layer of such a chain
    "ops.dense_chain",  # one kind of encoder whose Jacobian norm is taken
    "ops.divergences",  # what sparsity is measured in
    "ops.grid_sample",  # what image warps end in
    "ops.jacobians",  # what their norms are taken of
    "ops.linear_sampling",  # the bilinear part of the sampler
    "ops.memory_hops",  # what end-to-end memory networks are made of
    "ops.sampling_grids",  # the regular grid, which splines displace
    "ops.sentence_encoding",  # what their memories are made of
    "ops.splines",  # what a sparse warp makes its flow of
    "transforms.rotation",  # a part of similarity
    "transforms.transform",  # the abstract class of the families
    "serving.contract",  # an export is checked before it is renamed into place
    "serving.export",  # what an autoencoder's is made of
    "serving.clean_process",
    "serving.story_text",  # text as the vectorizer reads it, in TensorFlow
}

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
