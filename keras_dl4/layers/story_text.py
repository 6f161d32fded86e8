"""Text of stories: its sentences, its words, and lists of words."""

import re
import string

# Of ids 0 and 1: what pads, and what stands for any unknown word.
SPECIAL_WORDS = ["", "[UNK]"]
UNKNOWN_ID = 1
_PUNCTUATION = string.punctuation + "…¿¡«»“”„‘’。、，？！।"
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n+")


def sentences_of(story):
    """A story as a list of sentences, oldest first.

    Args:
        story: String, or a list of sentences.

    Returns:
        List of strings, without blank ones.

    Raises:
        ValueError: If it is neither.
    """
    sentences = story
    if isinstance(story, str):
        sentences = _SENTENCE_END.split(story)
    if not isinstance(sentences, list | tuple) or not all(
        isinstance(sentence, str) for sentence in sentences
    ):
        raise ValueError(
            "A story must be a string, or a list of sentences. Received: "
            f"story={story!r}. Pass one story at a time."
        )
    return [sentence.strip() for sentence in sentences if words_of(sentence)]


def check_question(question):
    """Refuses a question that is not text.

    Args:
        question: What is to be one.

    Raises:
        ValueError: If it is not.
    """
    if not isinstance(question, str):
        raise ValueError(
            "A question must be a string. Received: "
            f"question={question!r}. Ask one question at a time."
        )


def check_ranks(inputs):
    """Refuses ids that are not those of a batch of stories and questions.

    Args:
        inputs: What is to be a dict of both.

    Raises:
        ValueError: If it is something else.
    """
    shapes = inputs
    if isinstance(inputs, dict):
        shapes = {name: tuple(ids.shape) for name, ids in inputs.items()}
        ranks = {name: len(shape) for name, shape in shapes.items()}
        if ranks == {"story": 3, "question": 2}:
            return
    raise ValueError(
        "Ids must be a dict of `story`, (batch, sentences, words), and "
        f"`question`, (batch, words). Received: shapes {shapes}. Pass what "
        "`encode` returns, one story as a batch of one."
    )


def check_vocabulary(vocabulary):
    """Refuses what is not a list of words with the special ones in front.

    Args:
        vocabulary: What is to be one.

    Raises:
        ValueError: If it is not.
    """
    words = vocabulary if isinstance(vocabulary, list | tuple) else []
    if list(words[:2]) != SPECIAL_WORDS or not all(
        isinstance(word, str) for word in words
    ):
        raise ValueError(
            "`vocabulary` must be a list of words that starts with "
            f"{SPECIAL_WORDS}. Received: {vocabulary!r}. Take "
            "that of a StoryVectorizer after `adapt`."
        )
    if len(set(words)) < len(words):
        twice = sorted({word for word in words if words.count(word) > 1})
        raise ValueError(
            "`vocabulary` must have each word once. Received: "
            f"{twice} several times. Remove the repetitions."
        )


def words_of(text):
    """The words of a sentence, in lower case, without punctuation."""
    words = (word.strip(_PUNCTUATION) for word in text.lower().split())
    return [word for word in words if word]


def answer_of(text):
    """An answer as one word, commas included."""
    return text.strip().lower()
