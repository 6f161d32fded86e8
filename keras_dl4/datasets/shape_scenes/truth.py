"""Decides what a caption gets right of a scene."""

import itertools

from keras_dl4.datasets.shape_scenes.lexicon import SAME_COLOR
from keras_dl4.datasets.shape_scenes.parsing import parse


def evaluate_caption(text, scene):
    """Decides whether a caption is true of a scene, and what is wrong with it.

    It is read by the grammar of the captions of `ShapeScenes`. "A" and "the"
    both say that there is such a thing; several things that are listed must be
    different ones. A number says how many there are, no more and no fewer.

    The failures are those of the lecture on captions:

    - `"ungrammatical"`: the grammar has no such caption;
    - `"contradiction"`: it is true of no scene, as "a red blue circle" is;
    - `"hallucination"`: a thing that it names is not in the scene;
    - `"counting"`: its things are there, but not as many.

    A wrong relation or background is none of them, but makes it false.

    Args:
        text: String of lowercase words, or a sequence of them.
        scene: `Scene`.

    Returns:
        Dictionary: `"true"`, a boolean; `"complete"`, whether it is true and
        names as many things as there are; `"failures"`, a tuple of strings;
        `"attributes"`, a dictionary from each kind that it states (`"shape"`,
        `"color"`, `"size"`, `"texture"`, `"position"`, `"relation"`,
        `"count"`, `"background"`) to whether all of that kind is right, when
        its things are matched with those of the scene as well as they can be.

    Example:

    >>> scene = Scene((SceneObject("circle", "red"),), "black")
    >>> verdict = evaluate_caption("a small red circle", scene)
    >>> verdict["true"], verdict["failures"]
    (False, ('hallucination',))
    >>> verdict["attributes"]
    {'size': False, 'color': True, 'shape': True}
    """
    tokens = text.split() if isinstance(text, str) else list(text)
    claim = parse(tokens)
    if claim is None:
        return _verdict(["ungrammatical"])
    right = _right_kinds(claim, scene)
    if is_contradictory(claim):
        return _verdict(["contradiction"], right)
    candidates = [
        [n for n, thing in enumerate(scene.objects) if _is_met(phrase, thing)]
        for phrase in claim.phrases
    ]
    failures = []
    if not all(candidates):
        failures.append("hallucination")
    elif not _is_count_right(claim, candidates):
        failures.append("counting")
    named = sum(phrase.count or 1 for phrase in claim.phrases)
    is_true = not failures and all(right.values())
    return _verdict(
        failures, right, is_true, is_true and named == len(scene.objects)
    )


def _verdict(failures, right=None, is_true=False, is_complete=False):
    return {
        "true": is_true,
        "complete": is_complete,
        "failures": tuple(failures),
        "attributes": right or {},
    }


def _is_met(phrase, thing):
    return all(
        getattr(thing, kind) == value
        for kind, values in phrase.values.items()
        for value in values
    )


def is_contradictory(claim):
    """Whether a claim is true of no scene at all."""
    values = [phrase.values for phrase in claim.phrases]
    if any(len(each) > 1 for v in values for each in v.values()):
        return True
    if claim.relation == SAME_COLOR:
        first, second = (v.get("color") for v in values)
        return bool(first and second and first != second)
    pairs = itertools.combinations(claim.phrases, 2)
    return any(
        a.values == b.values and a.count != b.count
        for a, b in pairs
        if a.count is not None and b.count is not None
    )


def _is_count_right(claim, candidates):
    single = []
    for phrase, matching in zip(claim.phrases, candidates, strict=True):
        if phrase.count is None:
            single.append(matching)
        elif len(matching) != phrase.count:
            return False
    return any(
        len(set(chosen)) == len(chosen) for chosen in itertools.product(*single)
    )


def _right_kinds(claim, scene):
    """`{kind: whether it is right}` under the best matching of things."""
    numbers = [*range(len(scene.objects)), *[None] * len(claim.phrases)]
    matchings = itertools.permutations(numbers, len(claim.phrases))
    # Of equal ones the first is taken, so sort out repeated `None`.
    facts = max(
        (_facts(claim, scene, each) for each in dict.fromkeys(matchings)),
        key=_how_well,
    )
    if claim.background is not None:
        facts.append(("background", claim.background == scene.background))
    for phrase in claim.phrases:
        if phrase.count is not None:
            found = sum(_is_met(phrase, thing) for thing in scene.objects)
            facts.append(("count", found == phrase.count))
    right = {}
    for kind, is_right in facts:
        right[kind] = right.get(kind, True) and is_right
    return right


def _how_well(facts):
    """Most facts right; of equals, most shapes."""
    right = [kind for kind, is_right in facts if is_right]
    return len(right), right.count("shape")


def _facts(claim, scene, matching):
    """List of `(kind, whether it is right)` of the things of a claim."""
    facts = []
    for phrase, number in zip(claim.phrases, matching, strict=True):
        thing = None if number is None else scene.objects[number]
        for kind, values in phrase.values.items():
            # Without a thing, "a shape" is right of nothing.
            facts += [
                (kind, thing is not None and getattr(thing, kind) == value)
                for value in values
            ]
    if claim.relation is not None:
        facts.append(("relation", _holds(claim.relation, scene, *matching)))
    return facts


def _holds(relation, scene, subject, reference):
    if subject is None or reference is None:
        return False
    if relation == SAME_COLOR:
        first, second = scene.objects[subject], scene.objects[reference]
        return first.color == second.color
    return scene.relation(subject, reference) == relation
