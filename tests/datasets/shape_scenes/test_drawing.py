import itertools

import numpy as np
import pytest

from keras_dl4.datasets.shape_scenes.attributes import COLORS
from keras_dl4.datasets.shape_scenes.attributes import CONFIGS
from keras_dl4.datasets.shape_scenes.attributes import RADII
from keras_dl4.datasets.shape_scenes.attributes import RELATIONS
from keras_dl4.datasets.shape_scenes.attributes import SHAPES
from keras_dl4.datasets.shape_scenes.drawing import draw_scenes
from keras_dl4.datasets.shape_scenes.drawing import scene_of
from keras_dl4.datasets.shape_scenes.drawing import scenes_as_arrays


def draw(config, split, count=300, seed=0):
    drawn = draw_scenes(CONFIGS[config], split, seed, np.arange(count))
    return [scene_of(drawn, row) for row in range(count)]


def held_out_pairs(config):
    number = CONFIGS[config].held_out_pairs
    return set(list(zip(SHAPES, COLORS, strict=True))[:number])


def pairs(scene):
    return {(thing.shape, thing.color) for thing in scene.objects}


def relations(scene):
    """`{(color, relation)}` of all objects to others."""
    numbers = range(len(scene.objects))
    return {
        (scene.objects[a].color, scene.relation(a, b))
        for a, b in itertools.permutations(numbers, 2)
    }


HELD_OUT_RELATIONS = set(zip(list(COLORS)[:4], RELATIONS, strict=True))


@pytest.mark.parametrize("config", CONFIGS)
@pytest.mark.parametrize("split", ["train", "val", "test", "minimal_pairs"])
def test_training_never_shows_what_is_held_out(config, split):
    scenes = draw(config, split)
    seen = set().union(*map(pairs, scenes))
    assert not seen & held_out_pairs(config)
    assert len({shape for shape, _ in seen}) == CONFIGS[config].shapes
    assert len({color for _, color in seen}) == CONFIGS[config].colors
    if config == "full":
        assert not set().union(*map(relations, scenes)) & HELD_OUT_RELATIONS


@pytest.mark.parametrize("config", CONFIGS)
def test_every_scene_of_the_combination_split_shows_a_held_out_pair(config):
    scenes = draw(config, "test_comb")
    assert all(pairs(scene) & held_out_pairs(config) for scene in scenes)
    assert set().union(*map(pairs, scenes)) >= held_out_pairs(config)


def test_every_scene_of_the_relation_split_shows_a_held_out_relation():
    scenes = draw("full", "test_rel")
    assert all(relations(scene) & HELD_OUT_RELATIONS for scene in scenes)
    assert not any(pairs(scene) & held_out_pairs("full") for scene in scenes)
    assert set().union(*map(relations, scenes)) >= HELD_OUT_RELATIONS


def test_numbers_of_objects_have_their_shares():
    for config, shares in (("basic", (0.3, 0.7)), ("full", (0.3, 0.5, 0.2))):
        counts = [len(scene.objects) for scene in draw(config, "train", 1000)]
        found = np.bincount(counts)[1:] / 1000
        np.testing.assert_allclose(found, shares, atol=0.05)
    assert {len(s.objects) for s in draw("full", "test_count", 50)} == {4}


@pytest.mark.parametrize("split", ["train", "test_count"])
def test_objects_keep_apart_and_inside(split):
    for scene in draw("full", split):
        for thing in scene.objects:
            radius = RADII[thing.size]
            for center in (thing.x, thing.y):
                assert radius + 2 <= center <= 64 - radius - 2
        for a, b in itertools.combinations(scene.objects, 2):
            gap = max(abs(a.x - b.x), abs(a.y - b.y))
            assert gap >= RADII[a.size] + RADII[b.size] + 2


def test_two_objects_always_stand_in_a_relation():
    two = [s for s in draw("basic", "train") if len(s.objects) == 2]
    assert two
    assert all(scene.relation(0, 1) for scene in two)


def test_scene_depends_on_seed_split_and_index_alone():
    config = CONFIGS["full"]
    whole = draw_scenes(config, "train", 1, np.arange(200))
    some = draw_scenes(config, "train", 1, np.array([150, 3]))
    for name, values in some.items():
        np.testing.assert_array_equal(values, whole[name][[150, 3]])
    assert draw("full", "train", 20) != draw("full", "train", 20, seed=1)
    assert draw("full", "train", 20) != draw("full", "val", 20)


def test_drawn_numbers_are_the_recorded_ones():
    """The same on every machine; a change is a new data set."""
    first = draw("full", "train", 1, seed=3)[0]
    assert [(t.shape, t.color, t.x, t.y) for t in first.objects] == RECORDED


RECORDED = [("ring", "yellow", 23, 12), ("star", "cyan", 19, 54)]


def test_gallery_goes_through_every_single_object():
    scenes = draw("basic", "gallery", 504)
    looks = [
        (s.background, t.shape, t.color, t.size)
        for s in scenes
        for t in s.objects
    ]
    assert len(looks) == 504
    assert len(set(looks)) == 168
    assert {looks.count(look) for look in set(looks)} == {3}
    assert len({(s.objects[0].x, s.objects[0].y) for s in scenes}) > 100


def test_scenes_come_back_from_arrays():
    drawn = draw_scenes(CONFIGS["full"], "test", 0, np.arange(30))
    back = scenes_as_arrays([scene_of(drawn, row) for row in range(30)])
    for name, values in drawn.items():
        np.testing.assert_array_equal(back[name], values)
