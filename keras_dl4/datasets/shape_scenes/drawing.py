"""Draws many scenes at once, as arrays of numbers."""

import itertools

import numpy as np

from keras_dl4.datasets.shape_scenes.attributes import BACKGROUNDS
from keras_dl4.datasets.shape_scenes.attributes import MAX_OBJECTS
from keras_dl4.datasets.shape_scenes.attributes import PARTS
from keras_dl4.datasets.shape_scenes.attributes import RADII
from keras_dl4.datasets.shape_scenes.attributes import SPLITS
from keras_dl4.datasets.shape_scenes.random_bits import uniforms
from keras_dl4.datasets.shape_scenes.scene import ATTRIBUTES
from keras_dl4.datasets.shape_scenes.scene import Scene
from keras_dl4.datasets.shape_scenes.scene import SceneObject
from keras_dl4.datasets.shape_scenes.scene import relation_ids

_RADII = np.array(list(RADII.values()))
_COUNT_KEY = 2**32  # no number of an attempt
_GAP = 2  # 64ths of the image, around each object
_QUANTITIES = ("shape", "color", "size", "texture", "x", "y")


def draw_scenes(config, split, seed, indices):
    """Draws the scenes of some indices.

    Each is drawn again until the split admits it; an attempt depends on
    `(seed, split, index, number of the attempt)` alone.

    Returns:
        Dictionary of int arrays: `"background"` of shape `(n,)`, and of shape
        `(n, 4)` `"shape"`, `"color"`, `"size"`, `"texture"`, `"x"` and `"y"`;
        -1 where a scene has no such object.
    """
    split_id = list(SPLITS).index(split)
    count = uniforms(seed, split_id, indices[:, np.newaxis], _COUNT_KEY)
    num_objects = _num_objects(config, split, count)
    scenes, pending = None, np.arange(len(indices))
    for attempt in itertools.count():
        u = uniforms(
            seed,
            split_id,
            indices[pending, np.newaxis],
            attempt,
            np.arange(1 + len(_QUANTITIES) * MAX_OBJECTS),
        )
        drawn = _scenes_of(config, u, num_objects[pending])
        if split == "gallery":
            _put_combination(config, drawn, indices[pending])
        admitted = _fits(drawn) & _belongs(config, split, drawn)
        if scenes is None:
            scenes = drawn
        for name, values in drawn.items():
            scenes[name][pending] = values
        pending = pending[~admitted]
        if not pending.size:
            return scenes


def scene_of(scenes, row):
    """One row of `draw_scenes` as a `Scene`."""
    row = {name: values[row].tolist() for name, values in scenes.items()}
    objects = tuple(
        SceneObject(
            **{n: v[row[n][slot]] for n, v in ATTRIBUTES.items()},
            x=row["x"][slot],
            y=row["y"][slot],
        )
        for slot in range(MAX_OBJECTS)
        if row["shape"][slot] >= 0
    )
    return Scene(objects, tuple(BACKGROUNDS)[row["background"]])


def scenes_as_arrays(scenes):
    """A sequence of `Scene` as `draw_scenes` gives them."""
    arrays = {
        name: np.full((len(scenes), MAX_OBJECTS), -1) for name in _QUANTITIES
    }
    for row, scene in enumerate(scenes):
        for slot, thing in enumerate(scene.objects):
            for name, known in ATTRIBUTES.items():
                arrays[name][row, slot] = known.index(getattr(thing, name))
            arrays["x"][row, slot] = thing.x
            arrays["y"][row, slot] = thing.y
    names = tuple(BACKGROUNDS)
    background = np.array([names.index(s.background) for s in scenes])
    return {"background": background, **arrays}


def combinations(config):
    """How many single objects a configuration has, backgrounds included."""
    return (
        config.shapes
        * config.colors
        * len(RADII)
        * config.textures
        * config.backgrounds
    )


def _counts(config):
    """How many values there are of each attribute of an object."""
    return {
        "shape": config.shapes,
        "color": config.colors,
        "size": len(RADII),
        "texture": config.textures,
    }


def _scenes_of(config, u, num_objects):
    """Scenes made of numbers in [0, 1), one row each."""
    objects = u[:, 1:].reshape(len(u), len(_QUANTITIES), MAX_OBJECTS)
    scenes = {"background": (u[:, 0] * config.backgrounds).astype(int)}
    for place, (name, count) in enumerate(_counts(config).items()):
        scenes[name] = (objects[:, place] * count).astype(int)
    margins = _RADII[scenes["size"]] + _GAP
    room = PARTS - 2 * margins + 1
    for place, name in ((4, "x"), (5, "y")):
        scenes[name] = margins + (objects[:, place] * room).astype(int)
    absent = np.arange(MAX_OBJECTS) >= num_objects
    for name in _QUANTITIES:
        scenes[name][absent] = -1
    return scenes


def _put_combination(config, scenes, indices):
    """Goes through all single objects, one after the other."""
    rest = indices % combinations(config)
    for name, count in _counts(config).items():
        scenes[name][:, 0] = rest % count
        rest = rest // count
    scenes["background"] = rest


def _num_objects(config, split, u):
    """Int array `(n, 1)`, by numbers in [0, 1)."""
    fixed = {"test_count": MAX_OBJECTS, "minimal_pairs": 2, "gallery": 1}
    if split in fixed:
        return np.full(u.shape, fixed[split])
    count = 1 + (u >= np.array(config.cumulative)).sum(axis=1, keepdims=True)
    return np.maximum(count, 2) if split == "test_rel" else count


def _fits(scenes):
    """Whether objects keep apart, and two stand in a clear relation."""
    present = scenes["shape"] >= 0
    radii = _RADII[scenes["size"]]
    good = np.ones(len(present), bool)
    for a, b in itertools.combinations(range(MAX_OBJECTS), 2):
        dx, dy = (scenes[n][:, a] - scenes[n][:, b] for n in ("x", "y"))
        apart = np.maximum(np.abs(dx), np.abs(dy))
        good &= ~present[:, b] | (apart >= radii[:, a] + radii[:, b] + _GAP)
        if (a, b) == (0, 1):
            is_pair = present.sum(axis=1) == 2
            good &= ~is_pair | (relation_ids(dx, dy) >= 0)
    return good


def _belongs(config, split, scenes):
    """Whether what training leaves out is there exactly where it should be."""
    if split == "gallery":
        return np.ones(len(scenes["shape"]), bool)
    pair = has_held_out_pair(config, scenes)
    relation = _has_held_out_relation(config, scenes)
    if split == "test_comb":
        return pair & ~relation
    if split == "test_rel":
        return relation & ~pair
    if split == "test_count":  # four objects have too many relations
        return ~pair
    admitted = ~pair & ~relation
    if split == "minimal_pairs":
        for name in ("shape", "color"):
            admitted &= scenes[name][:, 0] != scenes[name][:, 1]
    return admitted


def has_held_out_pair(config, scenes):
    """Whether an object has a combination that training leaves out."""
    shape = scenes["shape"]
    held_out = (shape == scenes["color"]) & (shape < config.held_out_pairs)
    return (held_out & (shape >= 0)).any(axis=1)


def _has_held_out_relation(config, scenes):
    found = np.zeros(len(scenes["shape"]), bool)
    for a, b in itertools.permutations(range(MAX_OBJECTS), 2):
        relation = relation_ids(
            *(scenes[name][:, a] - scenes[name][:, b] for name in ("x", "y"))
        )
        color = scenes["color"][:, a]
        there = (color >= 0) & (scenes["color"][:, b] >= 0)
        found |= (
            there & (relation == color) & (color < config.held_out_relations)
        )
    return found
