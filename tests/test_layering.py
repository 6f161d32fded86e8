"""Every file imports only what its kind may."""

import pytest

from tests.import_rules import PACKAGE
from tests.import_rules import ROOT
from tests.import_rules import all_of
from tests.import_rules import breaches
from tests.import_rules import private_uses
from tests.import_rules import public_names

PACKAGE_FILES = sorted(
    path.relative_to(ROOT / PACKAGE).as_posix()
    for path in (ROOT / PACKAGE).rglob("*.py")
)
SCRIPTS = sorted(
    path.relative_to(ROOT).as_posix()
    for folder in ("examples", "benchmarks")
    for path in (ROOT / folder).glob("*.py")
)


@pytest.mark.parametrize("path", PACKAGE_FILES)
def test_package_file_keeps_import_rules(path):
    assert breaches(path, (ROOT / PACKAGE / path).read_text()) == []


@pytest.mark.parametrize("path", SCRIPTS)
def test_script_uses_public_names_only(path):
    source = (ROOT / path).read_text()
    assert private_uses(source, public_names()) == []


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("__init__.py", "import keras_dl4.layers"),
        ("__init__.py", "from keras_dl4 import layers as layers"),
        ("__init__.py", "def f():\n    from keras_dl4 import figures"),
        ("ops/a.py", "from keras import ops\nimport numpy as np\nimport abc"),
        ("layers/ntm.py", "from keras_dl4.layers.ntm_cell import NTMCell"),
        ("layers/__init__.py", "from keras_dl4.layers.ntm import NTM"),
        ("layers/a.py", "from keras_dl4 import ops"),
        ("models/gan.py", "from keras_dl4.layers import NTM"),
        ("figures/a.py", "from matplotlib.figure import Figure"),
        ("callbacks.py", "def f():\n    from keras_dl4 import figures"),
        ("datasets/a.py", "def f():\n    import tensorflow as tf"),
        ("serving/a.py", "import tensorflow as tf"),
        ("serving/a.py", "from keras_dl4.serving import contract"),
        ("serving/a.py", "from keras_dl4.serving.contract import check"),
        ("distribute.py", "import tensorflow as tf"),
        ("backend/tensorflow.py", "import tensorflow as tf"),
        ("backend/tensorflow.py", "from keras.src import backend"),
        ("backend/jax.py", "import jax"),
        ("backend/torch.py", "import torch"),
    ],
)
def test_allowed_import_passes(path, source):
    assert breaches(path, source) == []


@pytest.mark.parametrize(
    ("path", "source", "message"),
    [
        ("__init__.py", "import keras_dl4.figures", "loads lazily"),
        ("__init__.py", "from keras_dl4 import serving", "loads lazily"),
        ("ops/a.py", "from keras_dl4.layers import NTM", "may not import"),
        ("ops/a.py", "from keras_dl4 import layers", "may not import"),
        ("ops/a.py", "import keras_dl4.layers.ntm", "may not import"),
        ("ops/a.py", "import keras_dl4", "import a kind by name"),
        ("ops/a.py", "from . import b", "relative"),
        ("ops/a.py", "from keras.src import backend", "private Keras"),
        ("ops/a.py", "import keras.src.ops", "private Keras"),
        ("ops/a.py", "from keras_dl4.ops.b import f", "same kind"),
        ("ops/a.py", "from keras_dl4.ops import f", "same kind"),
        ("ops/a.py", "import scipy", "not a known dependency"),
        ("layers/ntm_cell.py", "import keras_dl4.layers.ntm", "same kind"),
        ("layers/a.py", "from keras_dl4 import losses", "may not import"),
        ("layers/a.py", "def f():\n    import tensorflow", "may not import"),
        ("layers/a.py", "import tensorflow as tf", "may not import"),
        ("layers/ntm.py", "import keras_dl4.layers.gru_cell", "same kind"),
        ("serving/a.py", "import keras_dl4.serving.contracts", "same kind"),
        ("models/vae.py", "import keras_dl4.models.ae", "same kind"),
        ("helper.py", "import keras", "is not one of"),
        ("metrics.py", "from keras_dl4 import callbacks", "may not import"),
        ("figures/a.py", "import keras", "may not import"),
        ("callbacks.py", "from keras_dl4 import figures", "loads lazily"),
        ("callbacks.py", "import tensorflow as tf", "inside a function"),
        ("datasets/a.py", "import tensorflow as tf", "inside a function"),
        ("datasets/a.py", "from keras_dl4 import layers", "may not import"),
        ("serving/a.py", "import jax", "may not import"),
        ("backend/jax.py", "import torch", "may not import"),
        ("backend/torch.py", "import tensorflow", "may not import"),
    ],
)
def test_forbidden_import_is_reported(path, source, message):
    (found,) = breaches(path, source)
    assert message in found


@pytest.mark.parametrize(
    "source",
    [
        "import keras_dl4\nkeras_dl4.layers.NTM(8).cell.units",
        "from keras_dl4 import layers\nkeras_dl4.__version__",
        "from keras_dl4.layers import NTM\nNTM.anything",
    ],
)
def test_public_use_passes(source):
    assert private_uses(source, {"layers": {"NTM"}}) == []


@pytest.mark.parametrize(
    "source",
    [
        "import keras_dl4.layers.ntm_cell",
        "from keras_dl4.layers.ntm_cell import NTMCell",
        "from keras_dl4.layers import helper",
        "from keras_dl4 import backend",
        "import keras_dl4\nkeras_dl4.layers.ntm_cell.NTMCell",
    ],
)
def test_private_use_is_reported(source):
    assert private_uses(source, {"layers": {"NTM"}})


def test_all_is_read_from_source():
    assert all_of("import a\n__all__ = ['b', 'c']") == ["b", "c"]
