"""What holds for every family of transforms."""

import json

import keras
import numpy as np
import pytest
from keras import ops

from keras_dl4 import transforms
from keras_dl4.ops import grid_sample
from keras_dl4.ops import regular_grid

CLOSED = {
    "affine": transforms.Affine(),
    "affine_3d": transforms.Affine(rank=3),
    "attention": transforms.Attention(),
    "attention_per_axis": transforms.Attention(isotropic=False),
    "attention_3d": transforms.Attention(rank=3),
    "translation": transforms.Translation(),
    "translation_3d": transforms.Translation(rank=3),
    "rotation": transforms.Rotation(),
    "rotation_3d": transforms.Rotation(rank=3),
    "similarity": transforms.Similarity(),
    "similarity_3d": transforms.Similarity(rank=3),
    "projective": transforms.Projective(),
    "projective_3d": transforms.Projective(rank=3),
}
OPEN = {
    "affine_no_skew": transforms.Affine([[None, 0, None], [0, None, 0.25]]),
    "attention_fixed": transforms.Attention(scale=0.5),
    "thin_plate_spline": transforms.ThinPlateSpline(),
    "thin_plate_spline_points": transforms.ThinPlateSpline(
        [[-1.0, -1.0], [1.0, -0.5], [0.0, 1.0], [0.3, 0.2]]
    ),
    "thin_plate_spline_learned": transforms.ThinPlateSpline(
        (3, 3), learn_target=True
    ),
    "dense_flow": transforms.DenseFlow((6, 5)),
    "dense_flow_pixels": transforms.DenseFlow((4, 6, 5), units="pixels"),
}
ALL = CLOSED | OPEN
SIZES = {2: [(6, 5), (9, 9)], 3: [(4, 6, 5)]}
LARGE_SIZES = {2: [(1, 7), (33, 28), (224, 224)], 3: [(1, 9, 16)]}
each = pytest.mark.parametrize("name", ALL)
each_closed = pytest.mark.parametrize("name", CLOSED)


def near_identity(transform, batch=3, scale=0.2, seed=0):
    noise = np.random.default_rng(seed).normal(
        size=(batch, transform.num_params)
    )
    return (transform.identity() + scale * noise).astype("float32")


def sizes_of(transform, sizes=SIZES):
    if isinstance(transform, transforms.DenseFlow):
        return [transform.size]
    return sizes[transform.rank]


@each
@pytest.mark.parametrize("align_corners", [False, True])
def test_identity_reproduces_the_image(name, align_corners):
    transform = ALL[name]
    if name in ("affine_no_skew", "attention_fixed"):
        pytest.skip("what is fixed is not the identity")
    params = transform.identity()
    assert params.dtype == "float32"
    assert params.shape == (transform.num_params,)
    for size in sizes_of(transform) + sizes_of(transform, LARGE_SIZES):
        grid = transform.grid(params[None], size, align_corners)
        assert grid.shape == (1, *size, transform.rank)
        image = np.random.default_rng(0).uniform(size=(1, *size, 2))
        warped = grid_sample(
            image.astype("float32"), grid, align_corners=align_corners
        )
        bound = max(2e-6, 2e-7 * max(size))
        np.testing.assert_allclose(warped, image, rtol=0, atol=bound)


@each
def test_the_size_may_be_known_only_at_run_time(name):
    transform = ALL[name]
    if keras.backend.backend() != "tensorflow":
        pytest.skip("sizes are static on this backend")
    if isinstance(transform, transforms.DenseFlow):
        pytest.skip("a flow has a size of its own")
    import tensorflow as tf

    params = near_identity(transform)

    def grid_of(images):
        return transform.grid(params, tuple(ops.shape(images)[1:-1]))

    signature = [tf.TensorSpec([None] * (transform.rank + 2))]
    compiled = tf.function(grid_of, signature, jit_compile=True)
    for size in sizes_of(transform):
        np.testing.assert_allclose(
            compiled(np.zeros((1, *size, 1), "float32")),
            transform.grid(params, size),
            rtol=1e-5,
            atol=5e-6,
        )


@each
def test_config_round_trip(name):
    transform = ALL[name]
    config = json.loads(
        json.dumps(keras.saving.serialize_keras_object(transform))
    )
    copy = transforms.get(config)
    assert type(copy) is type(transform)
    params = near_identity(transform)
    size = sizes_of(transform)[0]
    np.testing.assert_array_equal(
        copy.grid(params, size), transform.grid(params, size)
    )


@each_closed
def test_inverse_undoes(name):
    transform = CLOSED[name]
    params = near_identity(transform)
    inverse = transform.inverse(params)
    for both in (
        transform.compose(params, inverse),
        transform.compose(inverse, params),
    ):
        np.testing.assert_allclose(
            both, np.tile(transform.identity(), (3, 1)), atol=1e-5
        )


@pytest.mark.parametrize("rank", [2, 3])
@pytest.mark.parametrize("broken", [0.0, np.nan, np.inf])
def test_what_has_no_inverse_leaves_the_others_alone(broken, rank):
    transform = transforms.Affine(rank=rank)
    params = near_identity(transform)
    expected = np.array(transform.inverse(params))
    params[1] = broken
    found = np.array(transform.inverse(params))
    assert not np.isfinite(found[1]).all()
    np.testing.assert_array_equal(found[[0, 2]], expected[[0, 2]])


@each_closed
def test_composition_is_one_grid_at_the_places_of_the_other(name):
    transform = CLOSED[name]
    size = SIZES[transform.rank][0]
    first, second = (near_identity(transform, seed=s) for s in (1, 2))
    composed = transform.grid(transform.compose(first, second), size)
    # Warping by `first` and then by `second` looks at T_first(T_second(x)).
    inner = np.asarray(transform.grid(second, size), "float64")
    ones = np.ones((*inner.shape[:-1], 1))
    matrix = np.asarray(transform.matrix(first), "float64")
    outer = np.einsum(
        "bij,b...j->b...i", matrix, np.concatenate([inner, ones], -1)
    )
    expected = outer[..., :-1] / outer[..., -1:]
    np.testing.assert_allclose(composed, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", OPEN)
def test_open_families_have_no_inverse(name):
    transform = OPEN[name]
    params = near_identity(transform)
    with pytest.raises(ValueError, match="not closed"):
        transform.inverse(params)
    with pytest.raises(ValueError, match="not closed"):
        transform.compose(params, params)


@each
def test_gradients_equal_finite_differences(name):
    if keras.backend.backend() != "tensorflow":
        pytest.skip("the gradient tape is TensorFlow's")
    import tensorflow as tf

    transform = ALL[name]
    size = sizes_of(transform)[0]
    params = tf.Variable(near_identity(transform, batch=1))
    weights = np.random.default_rng(3).normal(size=(1, *size, transform.rank))

    def value(p):
        return tf.reduce_sum(
            transform.grid(p, size) * weights.astype("float32")
        )

    with tf.GradientTape() as tape:
        total = value(params)
    gradient = tape.gradient(total, params).numpy()[0]
    step = 1e-2
    for index in range(0, transform.num_params, 1 + transform.num_params // 8):
        shift = np.eye(transform.num_params, dtype="float32")[None, index]
        numeric = value(params + step * shift) - value(params - step * shift)
        numeric = float(numeric) / (2 * step)
        assert gradient[index] == pytest.approx(numeric, rel=5e-3, abs=2e-2)


@each
@pytest.mark.parametrize("extreme", [np.nan, np.inf, 3e38, -1e20])
def test_extreme_parameters_never_read_outside(name, extreme):
    transform = ALL[name]
    size = sizes_of(transform)[0]
    params = np.full((1, transform.num_params), extreme, "float32")
    image = np.ones((1, *size, 1), "float32")
    warped = ops.convert_to_numpy(
        grid_sample(image, transform.grid(params, size), padding="border")
    )
    finite = warped[np.isfinite(warped)]
    np.testing.assert_allclose(finite, 1.0, atol=1e-5)


@each
def test_parameters_of_another_width_are_refused(name):
    transform = ALL[name]
    params = np.zeros((1, transform.num_params + 1), "float32")
    with pytest.raises(ValueError, match=f"{transform.num_params} units"):
        transform.grid(params, sizes_of(transform)[0])


def test_get_knows_every_family_by_name():
    for name in (
        "affine",
        "attention",
        "translation",
        "rotation",
        "similarity",
        "projective",
        "thin_plate_spline",
    ):
        assert isinstance(transforms.get(name), transforms.Transform)
    with pytest.raises(ValueError, match="'affine', 'attention'"):
        transforms.get("afine")


def test_regular_grid_is_the_start_of_a_flow():
    flow = transforms.DenseFlow((6, 5), units="pixels")
    params = np.tile(np.array([1.0, 0.0], "float32"), 30)[None]
    moved = flow.grid(params, (6, 5)) - regular_grid((6, 5))
    np.testing.assert_allclose(moved[..., 0], 2 / 5, atol=1e-6)
    np.testing.assert_allclose(moved[..., 1], 0, atol=1e-6)
    with pytest.raises(ValueError, match=r"\(6, 5\)"):
        flow.grid(params, (5, 6))


@pytest.mark.parametrize(
    ("family", "argument", "message"),
    [
        ("Affine", {"constraints": [["a", None, 0]] * 2}, "a finite number"),
        ("Affine", {"constraints": [[np.nan, None, 0]] * 2}, "a finite number"),
        ("Affine", {"rank": 2.0}, "`rank` must be 2"),
        ("Attention", {"scale": np.inf}, "`scale` must be positive.*inf"),
        ("Attention", {"scale": "half"}, "`scale` must be positive.*'half'"),
        ("Projective", {"epsilon": "small"}, "`epsilon` must be positive"),
        ("Projective", {"epsilon": np.inf}, "`epsilon` must be positive"),
        ("DenseFlow", {"size": 28}, "positive ints. Received: 28"),
        ("DenseFlow", {"size": (True, 4)}, "positive ints"),
        (
            "ThinPlateSpline",
            {"regularization": np.inf},
            "must not be negative",
        ),
        ("ThinPlateSpline", {"regularization": "0"}, "must not be negative"),
        ("ThinPlateSpline", {"control_points": (-2, 4)}, r"\(rows, columns\)"),
        ("ThinPlateSpline", {"control_points": "4x4"}, r"\(rows, columns\)"),
        ("ThinPlateSpline", {"control_points": None}, r"\(rows, columns\)"),
        ("ThinPlateSpline", {"control_points": [[0], [1, 2]]}, "columns"),
    ],
)
def test_wrong_arguments_are_refused(family, argument, message):
    with pytest.raises(ValueError, match=message):
        getattr(transforms, family)(**argument)
