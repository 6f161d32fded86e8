"""Digits as solid bodies, turned and placed in a volume."""

import math

import numpy as np

from keras_dl4.datasets.distorted_digits import geometry
from keras_dl4.datasets.distorted_digits.argument_checks import check_integer
from keras_dl4.datasets.distorted_digits.argument_checks import check_number
from keras_dl4.datasets.distorted_digits.distorted_digits import DistortedDigits


class ExtrudedDigits(DistortedDigits):
    """Digits extruded to solid bodies, for spatial transformers in 3-D.

    A digit is repeated along the depth, turned about all three axes and placed
    in a volume. Flattening the right view of it gives the digit back. The
    angles are uniform, and so is the place, among those where the body lies
    within the volume before it is turned.

    The images have the shape `(n, volume_size, volume_size, volume_size, 1)`,
    depth first. `draw()` also gives `"transform"`, of shape `(n, 3, 4)`: the
    body, of shape `(depth, height, width)`, sampled at
    `keras_dl4.ops.affine_grid(transform, volume)` is the image.
    A volume of 60 takes 0.9 MB: keep batches small.
    Epochs, seeding and batches: see `DistortedDigits`.

    Args:
        images: Float array of shape `(num_images, height, width)`, or with a
            single channel, from 0 to 1.
        labels: Int array of shape `(num_images,)`.
        volume_size: Int, all three sides of the result. Defaults to `60`.
        depth: Int, how far a digit is extruded, in voxels. Defaults to `20`.
        max_angle: Float from 0 to 180, the largest angle in degrees about each
            axis, to either side. Defaults to `45.0`.
        batch_size: Int, examples in a batch. Defaults to `32`.
        **kwargs: `seed`, `num_examples` and what else `DistortedDigits` takes.

    Raises:
        ValueError: If an argument is out of range, the volume too small, or
            the images or labels are of the wrong shape or type.

    Example:

    >>> (x_train, y_train), _ = load_digits()
    >>> digits = ExtrudedDigits(x_train, y_train, volume_size=32, batch_size=4)
    >>> digits[0][0].shape, digits.draw([7])["transform"].shape
    ((4, 32, 32, 32, 1), (1, 3, 4))

    References:
        - [Spatial Transformer Networks](https://arxiv.org/abs/1506.02025),
          appendix A.3
    """

    paper_name = "extruded"
    rank = 3

    def __init__(
        self,
        images,
        labels,
        *,
        volume_size=60,
        depth=20,
        max_angle=45.0,
        batch_size=32,
        **kwargs,
    ):
        super().__init__(images, labels, batch_size=batch_size, **kwargs)
        self.volume_size = check_integer("volume_size", volume_size, 1)
        self.depth = check_integer("depth", depth, 1)
        self.max_angle = check_number("max_angle", max_angle, 0.0, 180.0)
        height, width = self.images.shape[1:]
        self._body = (width, height, self.depth)
        if self.volume_size < max(self._body):
            raise ValueError(
                "The digits must fit into the volume. Received: volume_size="
                f"{volume_size}, bodies of {(self.depth, height, width)} "
                f"voxels. Use `volume_size={max(self._body)}` or more."
            )

    def draw_parameters(self, streams, num_examples):
        bound = np.deg2rad(self.max_angle)
        angles = next(streams).uniform(-bound, bound, (num_examples, 3))
        place = next(streams).uniform(-0.5, 0.5, (num_examples, 3))
        shift = place * (self.volume_size - np.array(self._body))
        return {"angles": angles, "shift": shift}

    def render(self, parameters):
        images = self.images[parameters["source"]]
        linear = rotations(parameters["angles"])
        offset = -(linear @ parameters["shift"][..., None])
        in_voxels = np.concatenate([linear, offset], axis=-1)
        half = self.volume_size / 2.0
        in_voxels[..., :3] *= half
        scale = 2.0 / np.array(self._body, "float64")[:, None]
        transform = (in_voxels * scale).astype("float32")
        return {
            "image": self._sample(images, transform),
            "transform": transform,
        }

    def _sample(self, images, transform):
        """Trilinear; only where the body is, a small part of the volume."""
        volume = (self.volume_size,) * 3
        x, y, z = geometry.affine_points(transform, volume)
        reach = [1.0 + 1.0 / side for side in self._body]
        is_inside = (abs(x) < reach[0]) & (abs(y) < reach[1])
        is_inside &= abs(z) < reach[2]
        inside = np.flatnonzero(is_inside)
        index = inside // math.prod(volume)
        x, y, z = (points.ravel()[inside] for points in (x, y, z))
        values = geometry.sample(images, index, x, y)
        # Along the depth a digit is constant, and ends in half a voxel.
        values *= np.clip((reach[2] - abs(z)) * (self.depth / 2.0), 0.0, 1.0)
        result = np.zeros((len(images), *volume), "float32")
        result.ravel()[inside] = values
        return result


def rotations(angles):
    """Matrices `(n, 3, 3)` that turn about z, then y, then x."""
    (cos_x, cos_y, cos_z), (sin_x, sin_y, sin_z) = (
        np.cos(angles.T),
        np.sin(angles.T),
    )
    one, zero = np.ones_like(cos_x), np.zeros_like(cos_x)

    def matrices(*entries):
        return np.stack(entries, axis=-1).reshape(-1, 3, 3)

    about_x = matrices(one, zero, zero, zero, cos_x, -sin_x, zero, sin_x, cos_x)
    about_y = matrices(cos_y, zero, sin_y, zero, one, zero, -sin_y, zero, cos_y)
    about_z = matrices(cos_z, -sin_z, zero, sin_z, cos_z, zero, zero, zero, one)
    return about_x @ about_y @ about_z
