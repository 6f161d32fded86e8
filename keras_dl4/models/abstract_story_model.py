"""What end-to-end memory networks have in common: their data and their words.

Stories of any number of sentences are answered, but a network that attends to
empty memories, too, has to see as many of them as in training. So a model
remembers what it was built on, and its config and build config keep it.
"""

from keras import ops

from keras_dl4.layers.story_text import UNKNOWN_ID
from keras_dl4.models import story_checks
from keras_dl4.models.abstract_story_reader import StoryReaderModel

LEAST_WORD = UNKNOWN_ID + 1


class StoryModel(StoryReaderModel):
    """Answers questions about stories. Abstract.

    A subclass sets `vocabulary`, `architecture`, `sentence_length` and
    `question_length` in its constructor, and makes its weights there.

    Args:
        **kwargs: Arguments of `keras.Model`.

    Raises:
        ValueError: If inputs have other shapes than before, data is not a dict
            of ids within the vocabulary, or there are no words.
    """

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self._checked_id = None

    @property
    def memory_size(self):
        """The most sentences of a story."""
        return self.architecture.memory_size

    def build(self, input_shape):
        found = story_checks.lengths_of(
            input_shape, self.architecture, self.lengths
        )
        for name, length in found.items():
            setattr(self, name, getattr(self, name) or length)
        self.num_slots = self.num_slots or input_shape["story"][1]

    def checked_ids(self, inputs):
        """Story and question as int32 tensors, of the lengths of training."""
        # In an export to or from JAX, sizes that may vary are expressions.
        shapes = {
            name: tuple(n if isinstance(n, int) else None for n in ids.shape)
            for name, ids in inputs.items()
        }
        story_checks.lengths_of(shapes, self.architecture, self.lengths)
        return (
            ops.cast(inputs[name], "int32") for name in ("story", "question")
        )

    def fit(self, x=None, y=None, *args, validation_data=None, **kwargs):
        """`keras.Model.fit`, with a look at the values of the data first.

        Args:
            x: Dict of arrays, or a data set of batches `(x, y)`. Defaults to
                `None`.
            y: Int array of ids of answers, which must be known words. Defaults
                to `None`.
            *args: As of `keras.Model.fit`.
            validation_data: Tuple of the same, or a data set. Defaults to
                `None`.
            **kwargs: As of `keras.Model.fit`.

        Returns:
            A `History` object.
        """
        x = self._checked(x, y, LEAST_WORD)
        if isinstance(validation_data, list | tuple):
            self._checked_id = id(self._checked(*validation_data[:2]))
        elif validation_data is not None:
            validation_data = self._checked(validation_data)
            self._checked_id = id(validation_data)
        try:
            return super().fit(
                x, y, *args, validation_data=validation_data, **kwargs
            )
        finally:
            self._checked_id = None

    def evaluate(self, x=None, y=None, *args, **kwargs):
        """`keras.Model.evaluate`, with a look at the data first; see `fit`.

        An answer that is no known word counts as an error, and not in the
        loss, which would be infinite.
        """
        if self._checked_id != id(x):  # `fit` has checked what it passes on.
            x = self._checked(x, y)
        return super().evaluate(x, y, *args, **kwargs)

    def predict(self, x, *args, **kwargs):
        """`keras.Model.predict`, with a look at the data first; see `fit`."""
        return super().predict(self._checked(x), *args, **kwargs)

    def _checked(self, x, y=None, least_answer=0):
        return story_checks.checked_questions(
            x, y, self.architecture, self.lengths, least_answer
        )

    def compute_loss(
        self, x=None, y=None, y_pred=None, sample_weight=None, training=True
    ):
        if y is not None:
            answers = ops.reshape(y, (-1,))
            is_word = ops.cast(answers >= LEAST_WORD, "float32")
            if sample_weight is not None:
                is_word = is_word * ops.reshape(sample_weight, (-1,))
            sample_weight = is_word
        return super().compute_loss(
            x, y, _logits(y_pred), sample_weight, training
        )

    def compute_metrics(self, x, y, y_pred, sample_weight=None):
        return super().compute_metrics(x, y, _logits(y_pred), sample_weight)


def _logits(outputs):
    return outputs["logits"] if isinstance(outputs, dict) else outputs
