"""What all memory networks of stories have in common: how they read text."""

import keras

from keras_dl4.layers.story_vectorizer import StoryVectorizer


class StoryReaderModel(keras.Model):
    """Remembers the sizes of stories and questions it was built on. Abstract.

    A subclass sets `vocabulary` in its constructor, and the sizes there or in
    `build`; also `memory_size` if there is a largest memory.

    Args:
        **kwargs: Arguments of `keras.Model`.

    Raises:
        ValueError: If there are no words, or no sizes yet.
    """

    memory_size = None

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.num_slots = None
        self.sentence_length = None
        self.question_length = None

    @property
    def lengths(self):
        """Dict of `sentence_length` and `question_length`, perhaps `None`."""
        return {
            "sentence_length": self.sentence_length,
            "question_length": self.question_length,
        }

    @property
    def vectorizer(self):
        """A `StoryVectorizer` that encodes as in training, made anew."""
        if isinstance(self.vocabulary, int):
            raise ValueError(
                "To read text the model needs the words. Received: a model "
                f"made with vocabulary={self.vocabulary}. Make it with the "
                "vocabulary of a StoryVectorizer."
            )
        num_slots = self.num_slots or self.memory_size
        if None in (num_slots, *self.lengths.values()):
            raise ValueError(
                "To read text the model must know what sentences are padded "
                "to. Received: a model that was never called. Call it on "
                "data, as `fit` does."
            )
        return StoryVectorizer(num_slots, list(self.vocabulary), **self.lengths)

    def export(
        self,
        filepath,
        format="tf_saved_model",
        verbose=None,
        input_signature=None,
        **kwargs,
    ):
        """`keras.Model.export`, which takes ids as int32.

        Args:
            filepath: As of `keras.Model.export`.
            format: The same. Defaults to `"tf_saved_model"`.
            verbose: The same. Defaults to `None`.
            input_signature: The same, or `None` for the sizes that the model
                was built on, and any number of questions. Defaults to `None`.
            **kwargs: As of `keras.Model.export`.
        """
        if input_signature is None and None not in self.lengths.values():
            shapes = {
                "story": (None, self.num_slots, self.sentence_length),
                "question": (None, self.question_length),
            }
            input_signature = [
                {
                    name: keras.InputSpec(shape=shape, dtype="int32")
                    for name, shape in shapes.items()
                }
            ]
        super().export(filepath, format, verbose, input_signature, **kwargs)
