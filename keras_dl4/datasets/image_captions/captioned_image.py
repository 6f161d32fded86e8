"""Captions of an image, whatever file they come from."""

import dataclasses
import re

# Runs of letters and digits, which an apostrophe or a hyphen may join.
_WORD = re.compile(r"[^\W_]+(?:['\u2019-][^\W_]+)*")


@dataclasses.dataclass(frozen=True)
class CaptionedImage:
    """What is known of one image.

    Args:
        image_id: Int, other for each image of a file.
        file_name: String, of the picture.
        captions: Tuple of tuples of words.
        split: String, such as `"train"`; `""` where none is known. Defaults to
            `""`.
        tags: Tuple of tuples of strings, the part of speech of each word, or
            `None`. Defaults to `None`.

    Raises:
        ValueError: If there is no caption, one is empty, or the tags are not
            as many as the words.

    Example:

    >>> image = CaptionedImage(7, "dog.jpg", (("a", "dog"),), "train")
    >>> image.captions[0]
    ('a', 'dog')
    """

    image_id: int
    file_name: str
    captions: tuple
    split: str = ""
    tags: tuple | None = None

    def __post_init__(self):
        lengths = [len(caption) for caption in self.captions]
        if not lengths or not all(lengths):
            raise ValueError(
                "An image must have captions of at least one word. Received: "
                f"captions={self.captions!r} of {self.file_name!r}. Leave it "
                "out."
            )
        if self.tags is not None and lengths != list(map(len, self.tags)):
            raise ValueError(
                "Each word must have a tag. Received: "
                f"{[len(tags) for tags in self.tags]} tags for {lengths} words "
                f"of {self.file_name!r}."
            )


def split_words(text):
    """Lowercase words of a text, without punctuation.

    Args:
        text: String.

    Returns:
        Tuple of strings.

    Example:

    >>> split_words("A dog's well-known trick, twice.")
    ('a', "dog's", 'well-known', 'trick', 'twice')
    """
    return tuple(_WORD.findall(text.lower()))
