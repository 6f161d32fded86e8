"""Turns scenes into pixels."""

import functools

import numpy as np

from keras_dl4.datasets.shape_scenes.argument_checks import check_integer
from keras_dl4.datasets.shape_scenes.attributes import BACKGROUNDS
from keras_dl4.datasets.shape_scenes.attributes import COLORS
from keras_dl4.datasets.shape_scenes.attributes import MAX_OBJECTS
from keras_dl4.datasets.shape_scenes.attributes import PARTS
from keras_dl4.datasets.shape_scenes.attributes import RADII
from keras_dl4.datasets.shape_scenes.attributes import SHAPES
from keras_dl4.datasets.shape_scenes.attributes import TEXTURES
from keras_dl4.datasets.shape_scenes.drawing import scenes_as_arrays
from keras_dl4.datasets.shape_scenes.random_bits import bell_noise
from keras_dl4.datasets.shape_scenes.random_bits import uniforms

_CHUNK = 16  # scenes at once; more fall out of the processor's cache
_COLORS = np.array(list(COLORS.values()), "float32")
_BACKGROUNDS = np.array(list(BACKGROUNDS.values()), "float32")
_PIXEL_NOISE, _COLOR_JITTER = 6.0, 12.0
_STRIPE = 4  # 64ths of the image
_BETWEEN_STRIPES = 0.3  # how much of the color is there


def render_scenes(scenes, image_size=32, seed=None):
    """Draws scenes of your own.

    Shapes are given by formulas, sampled twice as finely as pixels on each
    axis. Later objects are drawn over earlier ones.

    Args:
        scenes: Sequence of `Scene`.
        image_size: Int >= 16, pixels on a side. Defaults to `32`.
        seed: Int >= 0, of the noise on pixels and colors, or `None` for none.
            Defaults to `None`.

    Returns:
        Uint8 array of shape `(num_scenes, image_size, image_size, 3)`.

    Raises:
        ValueError: If an integer is out of range, or there is no scene.

    Example:

    >>> scene = Scene((SceneObject("square", "red"),), "black")
    >>> image = render_scenes([scene])[0]
    >>> image.shape, image[16, 16].tolist(), image[0, 0].tolist()
    ((32, 32, 3), [220, 40, 40], [20, 20, 20])
    """
    if not len(scenes):
        raise ValueError(
            "`scenes` must hold at least one scene. Received: none. Pass a "
            "list, also for one scene."
        )
    image_size = check_integer("image_size", image_size, 16)
    keys = None
    if seed is not None:
        seed = check_integer("seed", seed, 0)
        keys = (seed, np.arange(len(scenes)))
    return render_arrays(scenes_as_arrays(scenes), image_size, keys)


def render_arrays(scenes, image_size, keys=None):
    """Renders what `draw_scenes` gives.

    Args:
        scenes: Dictionary of arrays.
        image_size: Int.
        keys: Keys of the noise, the last one an array with a number for each
            scene; `None` for no noise.
    """
    count = len(scenes["background"])
    images = np.empty((count, image_size, image_size, 3), "uint8")
    for start in range(0, count, _CHUNK):
        rows = slice(start, start + _CHUNK)
        part = {name: values[rows] for name, values in scenes.items()}
        part_keys = None
        if keys is not None:
            part_keys = (*keys[:-1], keys[-1][rows, np.newaxis])
        images[rows] = _render(part, image_size, part_keys)
    return images


def _render(scenes, image_size, keys):
    count = len(scenes["background"])
    stamps = _stamps(image_size)
    size = stamps.shape[-1]
    # A stamp is as wide as the largest object and may pass over the edge.
    canvas = np.empty((count, *[image_size + 2 * size] * 2, 3), "float32")
    canvas[:] = _BACKGROUNDS[scenes["background"]][:, None, None]
    rows, steps = np.arange(count)[:, None, None], np.arange(size)
    colors = _COLORS[scenes["color"]]
    if keys is not None:
        jitter = uniforms(*keys, 0, np.arange(MAX_OBJECTS * 3))
        jitter = jitter.reshape(colors.shape).astype("float32")
        colors = colors + _COLOR_JITTER * (2.0 * jitter - 1.0)
    for slot in range(MAX_OBJECTS):
        there = scenes["shape"][:, slot] >= 0
        if not there.any():
            break
        x, y = (
            np.rint(scenes[name][:, slot] * (2 * image_size / PARTS))
            for name in ("x", "y")
        )
        x, y = x.astype(int), y.astype(int)
        kind = (scenes[n][:, slot] for n in ("shape", "size", "texture"))
        ink = stamps[(*kind, y % 2, x % 2)] * there[:, None, None]
        place = (
            rows,
            (y // 2 - size // 2 + size)[:, None, None] + steps[:, None],
            (x // 2 - size // 2 + size)[:, None, None] + steps,
        )
        under = canvas[place]
        over = colors[:, slot, None, None] - under
        canvas[place] = under + ink[..., None] * over
    image = canvas[:, size:-size, size:-size]
    if keys is not None:
        noise = bell_noise(image[0].size + image[0].size % 2, *keys, 1)
        noise = noise[:, : image[0].size].reshape(image.shape)
        image = image + np.float32(_PIXEL_NOISE) * noise
    return np.rint(np.clip(image, 0.0, 255.0)).astype("uint8")


@functools.lru_cache(maxsize=8)
def _stamps(image_size):
    """Coverage by each shape, size, texture and half-pixel offset.

    Array `(shapes, sizes, textures, 2, 2, width, width)`; the two offsets are
    of y and x.
    """
    fine = 2 * image_size / PARTS  # samples in a 64th
    half = int(np.ceil(max(RADII.values()) * fine / 2))  # pixels
    width = 2 * half + 1
    masks = np.zeros(
        (len(SHAPES), len(RADII), len(TEXTURES), 2, 2, width, width), "float32"
    )
    samples = np.arange(2 * width) - 2 * half + 0.5
    for size, radius in enumerate(RADII.values()):
        for dy, dx in np.ndindex(2, 2):
            y, x = np.meshgrid(
                *((samples - d) / (radius * fine) for d in (dy, dx)),
                indexing="ij",
            )
            stripe = np.floor((samples - dy) / (_STRIPE * fine)) % 2 == 0
            shade = np.where(stripe, 1.0, _BETWEEN_STRIPES)[:, np.newaxis]
            for shape, name in enumerate(SHAPES):
                for texture, ink in enumerate((1.0, shade)):
                    mask = inside(name, x, y) * ink
                    pooled = mask.reshape(width, 2, width, 2).mean((1, 3))
                    masks[shape, size, texture, dy, dx] = pooled
    return masks


def inside(shape, x, y):
    """Whether points lie in a shape of radius 1; `y` points down."""
    r2 = x**2 + y**2
    if shape == "square":
        return np.maximum(abs(x), abs(y)) <= 0.85
    if shape == "circle":
        return r2 <= 1.0
    if shape == "triangle":
        return (y <= 0.9) & (2 * abs(x) <= y + 1.1)
    if shape == "cross":
        narrow, wide = np.minimum(abs(x), abs(y)), np.maximum(abs(x), abs(y))
        return (narrow <= 0.33) & (wide <= 1.0)
    if shape == "diamond":
        return abs(x) + abs(y) <= 1.0
    if shape == "ring":
        return (r2 <= 1.0) & (r2 >= 0.3)
    if shape == "star":  # inside at least four of the five lines
        turns = 0.4 * np.pi * np.arange(5)
        sides = [np.sin(t) * x + np.cos(t) * y <= 0.31 for t in turns]
        return np.sum(sides, axis=0) >= 4
    x, y = 1.25 * x, 0.15 - 1.25 * y  # heart
    return (x**2 + y**2 - 1.0) ** 3 <= x**2 * y**3
