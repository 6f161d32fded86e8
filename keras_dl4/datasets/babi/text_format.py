"""The text format of bAbI: numbered sentences, and questions between them."""

import os
import re
import tempfile

from keras_dl4.datasets.babi.story_questions import StoryQuestions

# No file has longer numbers, and Python refuses to read very long ones.
_NUMBER = "[0-9]{1,9}"
_LINE = re.compile(f"({_NUMBER}) (.*)")


def parse(text, source="text"):
    r"""Reads stories in the official format of bAbI.

    Each line starts with a number, which is 1 where a new story starts and
    otherwise one more than on the line before. A sentence follows, or a
    question, its answer and the numbers of the lines that support it, with
    tabs between the three. The numbers count question lines too; here
    `supports` counts sentences only, from 0.

    Args:
        text: String.
        source: String, what errors call the text. Defaults to `"text"`.

    Returns:
        A `StoryQuestions`. Spaces around sentences, questions and answers are
        dropped.

    Raises:
        ValueError: If a line is malformed; the error names it. Also if a story
            ends without a question, as a truncated file does.

    Example:

    >>> text = "1 Mary went home.\n2 Where is Mary?\thome\t1\n"
    >>> parse(text).supports
    [[0]]
    """
    reader = _Reader(source)
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    for number, line in enumerate(lines, 1):
        reader.read(number, line)
    reader.finish(len(lines))
    return reader.result


class _Reader:
    """Reads line after line; knows the story that a line goes on with."""

    def __init__(self, source):
        self.source = source
        self.result = StoryQuestions([], [], [], [], [])
        self.sentences = []
        self.places = {}  # line number in the story: place in `sentences`
        self.last = 0  # line number in the story
        self.num_stories = 0
        self.asked = True  # nothing came after the last question

    def read(self, number, line):
        match = _LINE.fullmatch(line)
        if not match:
            self.fail(
                number,
                "must start with a line number and a space, as in "
                f"'1 Mary went home.'. Received: {line!r}",
            )
        line_id, content = int(match[1]), match[2]
        if line_id == 1:
            self.finish(number - 1)
            self.num_stories += 1
            self.sentences, self.places, self.last = [], {}, 0
        if line_id != self.last + 1:
            expected = f"{self.last + 1} or 1" if self.last else "1"
            self.fail(
                number, f"must have the number {expected}. Received: {line!r}"
            )
        self.last = line_id
        if "\t" in content:
            self.read_question(number, content)
            return
        if not content.strip():
            self.fail(number, f"must have a sentence. Received: {line!r}")
        self.places[line_id] = len(self.sentences)
        self.sentences.append(content.strip())
        self.asked = False

    def read_question(self, number, content):
        question, answer, *rest = (part.strip() for part in content.split("\t"))
        if not question or not answer or len(rest) > 1:
            self.fail(
                number,
                "must have a question, its answer and the lines that support "
                f"it, with tabs between the three. Received: {content!r}",
            )
        supports = []
        for word in " ".join(rest).split():
            is_number = re.fullmatch(_NUMBER, word)
            if not is_number or int(word) not in self.places:
                self.fail(
                    number,
                    "must be supported by lines of the story that are "
                    f"sentences and stand before it. Received: {word!r}",
                )
            supports.append(self.places[int(word)])
        self.result.stories.append(list(self.sentences))
        self.result.questions.append(question)
        self.result.answers.append(answer)
        self.result.supports.append(supports)
        self.result.story_ids.append(self.num_stories - 1)
        self.asked = True

    def finish(self, number):
        if not self.asked:
            self.fail(
                number,
                "must be followed by a question: the story ends without one. "
                "Is the text truncated? Received: "
                f"{self.sentences[-1]!r} and nothing after it",
            )

    def fail(self, number, problem):
        raise ValueError(f"{self.source}, line {number}: the line {problem}.")


def format_questions(questions, space_after_question=False):
    r"""Writes stories in the official format of bAbI, as one string.

    `parse` reads it back. A question goes on with the story of the question
    before it if the two have the same id.

    Args:
        questions: `StoryQuestions`.
        space_after_question: Boolean, whether a space stands between a
            question and the tab, as in the official files of the tasks 1 to 3
            and 5 to 14. Defaults to `False`.

    Returns:
        String.

    Raises:
        ValueError: If what is to be written could not be read back: a line
            break or a tab inside a text, an empty text, a support outside the
            story, or a story that does not go on where it was.

    Example:

    >>> text = "1 Mary went home.\n2 Where is Mary?\thome\t1\n"
    >>> format_questions(parse(text)) == text
    True
    """
    lines, story, previous = [], [], None
    for index in range(len(questions)):
        sentences = questions.stories[index]
        if previous is None or questions.story_ids[index] != previous:
            story, line_ids, last = [], [], 0
        previous = questions.story_ids[index]
        if sentences[: len(story)] != story:
            raise ValueError(
                f"The story of question {index} must begin with that of the "
                "question before it, as they have the same id. Received: "
                f"{sentences} after {story}. Give it an id of its own."
            )
        for sentence in sentences[len(story) :]:
            last += 1
            line_ids.append(last)
            lines.append(f"{last} {_checked(sentence, index)}")
        story = sentences
        last += 1
        texts = (questions.questions[index], questions.answers[index])
        question, answer = (_checked(text, index) for text in texts)
        space = " " if space_after_question else ""
        supports = _line_numbers(questions.supports[index], line_ids, index)
        lines.append(f"{last} {question}{space}\t{answer}{supports}")
    return "".join(f"{line}\n" for line in lines)


def _checked(text, index):
    if not text or text != text.strip() or set(text) & set("\t\r\n"):
        raise ValueError(
            "A sentence, question or answer must be text without tabs, line "
            f"breaks and outer spaces. Received: {text!r} for question {index}."
        )
    return text


def _line_numbers(supports, line_ids, index):
    for place in supports:
        if not 0 <= place < len(line_ids):
            raise ValueError(
                f"A support must be a place from 0 to {len(line_ids) - 1} in "
                f"the story. Received: {place} for question {index}."
            )
    numbers = " ".join(str(line_ids[place]) for place in supports)
    return f"\t{numbers}" if numbers else ""


def read_file(path):
    r"""Reads one file in the official format of bAbI.

    Args:
        path: String or path of a text file in UTF-8.

    Returns:
        A `StoryQuestions`; see `parse`.

    Raises:
        ValueError: If a line is malformed, or if the file is not UTF-8 or has
            no questions.

    Example:

    >>> with open("home.txt", "w") as file:
    ...     _ = file.write("1 Mary went home.\n2 Where is Mary?\thome\t1\n")
    >>> read_file("home.txt").answers
    ['home']
    """
    with open(path, "rb") as file:
        questions = parse(decoded(file.read(), path), source=os.fspath(path))
    if not len(questions):
        raise ValueError(
            f"{path} must hold questions about stories. Received: a file "
            "without any. Was it written to the end?"
        )
    return questions


def decoded(content, path):
    """The text of a file's bytes, with newlines as line ends."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ValueError(
            f"{path}, line {line}: must be text in UTF-8. Received: {error}."
        ) from error
    return text.replace("\r\n", "\n")


def write_file(path, questions, space_after_question=False):
    r"""Writes one file in the official format of bAbI.

    Either the whole file is written or none.

    Args:
        path: String or path. A file that is there is replaced.
        questions: `StoryQuestions`.
        space_after_question: Boolean; see `format_questions`. Defaults to
            `False`.

    Raises:
        ValueError: If what is to be written could not be read back.

    Example:

    >>> questions = generate(task=1, num_questions=5)
    >>> write_file("made.txt", questions)
    >>> read_file("made.txt") == questions
    True
    """
    text = format_questions(questions, space_after_question)
    folder = os.path.dirname(os.path.abspath(path))
    with tempfile.TemporaryDirectory(prefix="partial-", dir=folder) as partial:
        written = os.path.join(partial, "questions.txt")
        with open(written, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        os.replace(written, path)
