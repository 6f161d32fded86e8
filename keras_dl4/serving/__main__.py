"""Checks a SavedModel: `python -m keras_dl4.serving PATH`."""

import sys

from keras_dl4.serving.contract import main

if __name__ == "__main__":
    sys.exit(main())
