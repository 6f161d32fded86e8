"""Tags of words, from texts that have been tagged."""

import collections

_LONGEST_SUFFIX = 4


class DictionaryTagger:
    """Gives each word the tag it has most often in tagged captions.

    For captions of one's own, where a model asks for parts of speech. A word
    that is not in the tagged ones gets the tag most frequent among different
    words with the same last letters, as many as are found there, up to four;
    with no letter in common the tag most frequent among all words. Of equally
    frequent tags it is the first by the alphabet, in which `tags` has all.

    Args:
        captions: Sequence of captions, sequences of words.
        tags: Sequence of the tags of each caption, as many as its words.

    Raises:
        ValueError: If there is no word, or words and tags are not as many.

    Example:

    >>> tagger = DictionaryTagger(
    ...     [["a", "dog", "sitting"], ["dogs", "sitting"]],
    ...     [["DT", "NN", "VBG"], ["NNS", "VBG"]],
    ... )
    >>> tagger.tag(["dogs", "running", "a", "cats"])
    ('NNS', 'VBG', 'DT', 'NNS')
    """

    def __init__(self, captions, tags):
        of_words = collections.defaultdict(collections.Counter)
        if len(captions) != len(tags):
            raise ValueError(
                "There must be tags for each caption. Received: "
                f"{len(captions)} captions and tags of {len(tags)}."
            )
        for words, several in zip(captions, tags, strict=True):
            if len(words) != len(several):
                raise ValueError(
                    "Each word must have a tag. Received: words "
                    f"{tuple(words)} with tags {tuple(several)}."
                )
            for word, tag in zip(words, several, strict=True):
                of_words[word][tag] += 1
        if not of_words:
            raise ValueError(
                "There must be a word to learn from. Received: "
                f"{len(captions)} captions, all empty."
            )
        self.tags = tuple(
            sorted({t for each in of_words.values() for t in each})
        )
        self._of_words = {w: _first(each) for w, each in of_words.items()}
        # Different words count, not how often: a few frequent ones would
        # decide, which are irregular.
        of_suffixes = collections.defaultdict(collections.Counter)
        for word, tag in self._of_words.items():
            for suffix in _suffixes(word):
                of_suffixes[suffix][tag] += 1
        self._of_suffixes = {s: _first(each) for s, each in of_suffixes.items()}

    def tag(self, words):
        """Tags of the words of a caption.

        Args:
            words: Sequence of strings.

        Returns:
            Tuple of strings, one for each.
        """
        return tuple(self._of_words.get(w) or self._guess(w) for w in words)

    def _guess(self, word):
        return next(
            self._of_suffixes[suffix]
            for suffix in _suffixes(word)
            if suffix in self._of_suffixes
        )


def _suffixes(word):
    """The last letters of a word, most of them first, none of them last."""
    longest = min(_LONGEST_SUFFIX, len(word))
    return [word[len(word) - n :] for n in range(longest, -1, -1)]


def _first(counts):
    """The most frequent, of several the first by the alphabet."""
    return min(counts, key=lambda tag: (-counts[tag], tag))
