"""Reads the words below an image back out of a figure of them."""

from matplotlib.offsetbox import AnnotationBbox


def lines_of(axes):
    """Lines of pairs `(text, color)`, from the top."""
    (box,) = (each for each in axes.artists if isinstance(each, AnnotationBbox))
    return [
        [
            (text.get_text(), text.get_color())
            for word in line.get_children()
            for text in word.get_children()
        ]
        for line in box.offsetbox.get_children()
    ]
