"""What was counted in the official training files, and how it is counted."""

import collections
import re
import statistics
import typing


class Facts(typing.NamedTuple):
    """Of the 10,000 questions of a task; of task 3, of the 1,000."""

    mean_length: float  # sentences before a question
    longest: int  # words of the longest sentence
    words: int  # in sentences, questions and answers; a list is one
    answers: int  # different ones
    sentences: int  # different ones
    majority: float  # rate of the most frequent answer


OFFICIAL = {
    1: Facts(6.0, 6, 19, 6, 120, 0.173),
    2: Facts(15.6, 6, 33, 6, 264, 0.177),
    3: Facts(50.0, 6, 34, 6, 312, 0.198),
    4: Facts(2.0, 7, 14, 6, 120, 0.171),
    5: Facts(20.1, 6, 39, 7, 372, 0.185),
    6: Facts(6.3, 6, 35, 2, 264, 0.501),
    7: Facts(8.7, 6, 43, 4, 372, 0.487),
    8: Facts(8.8, 6, 47, 16, 264, 0.362),
    9: Facts(6.0, 7, 23, 2, 192, 0.625),
    10: Facts(6.0, 9, 24, 3, 288, 0.475),
    11: Facts(6.0, 8, 26, 6, 360, 0.170),
    12: Facts(6.0, 8, 20, 6, 360, 0.172),
    13: Facts(6.0, 8, 26, 6, 480, 0.171),
    14: Facts(7.7, 8, 25, 6, 960, 0.172),
    15: Facts(8.0, 5, 17, 4, 28, 0.262),
    16: Facts(9.0, 4, 17, 4, 40, 0.253),
    17: Facts(2.0, 11, 18, 2, 120, 0.503),
    18: Facts(6.3, 9, 18, 2, 42, 0.503),
    19: Facts(5.0, 7, 31, 12, 120, 0.086),
    20: Facts(5.9, 6, 35, 7, 140, 0.187),
}
# Where stories go on as people happen to act, their mean length is not exact.
LOOSE_LENGTH = {2, 3, 5, 7, 8, 14}


def words_of(text):
    return re.findall(r"\w+", text.lower())


def vocabulary(questions):
    """Words of sentences and questions, and answers, a list being one."""
    texts = {*sentences(questions), *questions.questions}
    return {word for text in texts for word in words_of(text)} | {
        answer.lower() for answer in questions.answers
    }


def sentences(questions):
    return {sentence for story in questions.stories for sentence in story}


def count(questions):
    """The `Facts` of questions."""
    answers = collections.Counter(questions.answers)
    return Facts(
        mean_length=statistics.fmean(map(len, questions.stories)),
        longest=max(len(words_of(each)) for each in sentences(questions)),
        words=len(vocabulary(questions)),
        answers=len(answers),
        sentences=len(sentences(questions)),
        majority=max(answers.values()) / len(questions),
    )
