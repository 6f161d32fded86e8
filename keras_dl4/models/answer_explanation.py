"""An answer, and what a memory network looked at to find it."""

import dataclasses

import numpy as np

from keras_dl4.layers.story_text import sentences_of


@dataclasses.dataclass(frozen=True)
class AnswerExplanation:
    """What `MemN2N.explain` returns; `print` shows it as a table.

    Args:
        sentences: List of strings, oldest first.
        question: String.
        answer: String.
        probability: Float, that of the answer.
        attention: Array `(num_hops, sentences)`. What a row lacks to 1 fell on
            empty memories; sentences that are too old to be read have 0.
    """

    sentences: list
    question: str
    answer: str
    probability: float
    attention: np.ndarray

    def __str__(self):
        hops = range(1, len(self.attention) + 1)
        width = max(map(len, [*self.sentences, "Story"]))
        lines = ["  ".join(["Story".ljust(width), *(f"Hop {k}" for k in hops)])]
        for sentence, column in zip(
            self.sentences, self.attention.T, strict=True
        ):
            cells = [f"{share:5.2f}" for share in column]
            lines.append("  ".join([sentence.ljust(width), *cells]))
        found = f"{self.answer} ({self.probability:.0%})"
        return "\n".join([*lines, f"{self.question} {found}"])


def explanation_of(story, question, vocabulary, probabilities, attention):
    """Puts words to what a model has computed.

    Args:
        story: String or list of sentences, oldest first.
        question: String.
        vocabulary: List of words.
        probabilities: Array, one for each word.
        attention: Array `(num_hops, memory_size)`, newest sentence first.

    Returns:
        An `AnswerExplanation`.
    """
    sentences = sentences_of(story)
    kept = min(len(sentences), attention.shape[1])
    shown = np.zeros((len(attention), len(sentences)))
    shown[:, len(sentences) - kept :] = attention[:, :kept][:, ::-1]
    best = int(np.argmax(probabilities))
    return AnswerExplanation(
        sentences,
        question,
        vocabulary[best],
        float(probabilities[best]),
        shown,
    )
