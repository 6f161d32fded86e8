"""Sentences for contents and structures, and those that fit an image best."""

import math

from keras import ops

from keras_dl4.ops.beam_search import beam_search
from keras_dl4.ops.unit_normalization import unit_normalize

_END_ID, _UNKNOWN_ID = 0, 1
_IMPOSSIBLE = -math.inf


def generate(model, content, tags, beam_width):
    """The most probable sentences of given contents and structures.

    A sentence has as many words as its structure has tags, and no unknown
    ones. A function of tensors, which can be traced, compiled and exported.

    Args:
        model: `keras_dl4.models.SCNLM`.
        content: Float tensor `(batch, content_dim)`.
        tags: Int tensor `(batch, words)`, 0 behind the end of a structure.
        beam_width: Positive int, how many sentences of each, and how many
            hypotheses are followed on the way.

    Returns:
        Tuple, best first: int32 `(batch, beam_width, words)`, ids, 0 behind
        the end; and float32 `(batch, beam_width)`, the log-probability of
        the words and the end.
    """
    tags = ops.cast(tags, "int32")
    lengths = ops.sum(ops.cast(tags != 0, "int32"), axis=-1)
    future = ops.arange(model.future_tags + 1, dtype="int32")
    words = ops.arange(len(model.vocabulary), dtype="int32")
    is_end = ops.equal(words, _END_ID)
    is_known = ops.not_equal(words, _UNKNOWN_ID)

    def step(words, position, state):
        context = ops.concatenate(
            [state["context"][:, 1:], words[:, None]], axis=1
        )
        log_probs = model.next_word_log_probabilities(
            {
                "context": context,
                "content": state["content"],
                "tags": ops.take(state["tags"], position + future, axis=1),
            }
        )
        is_over = ops.less_equal(state["length"], position)[:, None]
        can_come = ops.logical_and(ops.equal(is_end, is_over), is_known)
        log_probs = ops.where(can_come, log_probs, _IMPOSSIBLE)
        return log_probs, {**state, "context": context}

    start = ops.zeros_like(lengths)
    sentences, scores, _ = beam_search(
        step,
        start,
        {
            "context": ops.repeat(start[:, None], model.context_size, axis=1),
            "content": content,
            "tags": ops.pad(tags, [[0, 0], [0, model.future_tags + 1]]),
            "length": lengths,
        },
        beam_width,
        tags.shape[1] + 1,
        _END_ID,
    )
    return sentences[..., :-1], scores


def caption_images(
    model,
    embedding,
    images,
    structures,
    num_candidates,
    beam_width,
    cosine_weight,
    language_weight,
):
    """Sentences of several structures, ranked by how well they fit an image.

    A function of tensors, which can be traced, compiled and exported. Of equal
    sentences under several structures the best one is kept; to find it, all
    sentences of an image are compared, `(num_structures * beam_width)**2`
    pairs.

    Args:
        model: `keras_dl4.models.SCNLM`.
        embedding: `keras_dl4.models.VisualSemanticEmbedding`.
        images: Tensor `(batch, ...)`, as the embedding takes it.
        structures: Int tensor `(num_structures, words)`.
        num_candidates: Positive int, how many sentences of each image.
        beam_width: Positive int, as of `generate`.
        cosine_weight: Float, weight of the cosine of image and sentence.
        language_weight: Float, weight of the log-probability of a sentence.

    Returns:
        Dict of tensors, best first: `tokens`, int32 `(batch, num_candidates,
        words)`; and of shape `(batch, num_candidates)`: `score`, by which they
        are ranked, `cosine` and `log_probability`; and `tags`, of the shape
        of `tokens`, the structure of each. Where there are no more different
        sentences, the score is `-inf`, and words and tags are 0.
    """
    vectors = unit_normalize(embedding.encode_image(images))
    structures = ops.convert_to_tensor(structures, "int32")
    batch_size, dim = ops.shape(vectors)
    number, length = structures.shape
    tokens, log_probs = generate(
        model,
        ops.repeat(vectors, number, axis=0),
        ops.tile(structures, (batch_size, 1)),
        beam_width,
    )
    shape = batch_size, number * beam_width
    texts = embedding.encode_text(ops.reshape(tokens, (-1, length)))
    texts = ops.reshape(texts, (*shape, dim))
    cosines = ops.cast(ops.sum(texts * vectors[:, None], axis=-1), "float32")
    log_probs = ops.reshape(log_probs, shape)
    tokens = ops.reshape(tokens, (*shape, length))
    scores = cosine_weight * cosines + language_weight * log_probs
    # A weight of 0 would make NaN of what does not exist.
    scores = ops.where(ops.isfinite(log_probs), scores, _IMPOSSIBLE)
    scores, places = _best_different(scores, tokens, num_candidates)

    def chosen(x):
        return ops.take_along_axis(x, places, axis=1)

    is_there = ops.cast(ops.isfinite(scores), "int32")[..., None]
    tokens = ops.take_along_axis(tokens, places[..., None], axis=1)
    tags = ops.take(structures, places // beam_width, axis=0)
    return {
        "tokens": is_there * tokens,
        "score": scores,
        "cosine": chosen(cosines),
        "log_probability": chosen(log_probs),
        "tags": is_there * tags,
    }


def _best_different(scores, tokens, number):
    """Scores and places of the best of sentences, each of which comes once."""
    width, length = tokens.shape[1:]
    scores, order = ops.top_k(scores, width)
    order = ops.cast(order, "int32")
    words = ops.take_along_axis(tokens, order[..., None], axis=1)
    places = ops.arange(width, dtype="int32")
    is_repeated = (places < places[:, None])[None]  # by one that is better
    for place in range(length):  # keeps memory from growing with it
        each = words[..., place]
        same = ops.equal(each[:, :, None], each[:, None])
        is_repeated = ops.logical_and(is_repeated, same)
    is_repeated = ops.any(is_repeated, axis=-1)
    scores = ops.where(is_repeated, _IMPOSSIBLE, scores)
    scores, best = ops.top_k(scores, number)
    best = ops.cast(best, "int32")
    return scores, ops.take_along_axis(order, best, axis=1)
