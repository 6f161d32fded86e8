"""What `SpatialTransformer` and `ParallelSpatialTransformer` share."""

import keras
from keras import ops

from keras_dl4 import transforms
from keras_dl4.layers import spatial_transformer_checks as checks
from keras_dl4.layers.localization import LocalizationNetwork
from keras_dl4.layers.localization import deserialize
from keras_dl4.layers.localization import serialize
from keras_dl4.layers.localization import shape_change
from keras_dl4.layers.localization import standardize_data_format
from keras_dl4.layers.transform_regressor import TransformRegressor
from keras_dl4.layers.transform_regressor import start_params
from keras_dl4.ops.grid_sample import grid_sample


class AbstractSpatialTransformer(keras.layers.Layer):
    """Localizes, makes grids, and samples: one warp an image, or several.

    Inside, parameters are `(batch, warps, num_params)`. The grids of several
    warps lie one after another in one grid `(batch, warps * height, width,
    2)`, so that images are sampled in one go and never copied.

    Args:
        transform: Name or object of a transform.
        localization: Name of a preset, layer, list of them, or `None`.
        output_size: Tuple of ints or `None`.
        initial_params: Array or `None`.
        lead: Tuple, `(number of warps,)`, or `()` for one without an axis.
        **kwargs: See `keras_dl4.layers.SpatialTransformer`.
    """

    def __init__(
        self,
        transform,
        localization,
        output_size,
        initial_params,
        lead,
        *,
        interpolation="bilinear",
        padding="zeros",
        align_corners=False,
        bounded=None,
        param_scale=1.0,
        gradient_scale=1.0,
        antialias=None,
        return_params=False,
        return_grid=False,
        data_format=None,
        **kwargs,
    ):
        # Images are cast in `call`; parameters must not be.
        super().__init__(autocast=False, **kwargs)
        self.transform = transforms.get(transform)
        self.localization = localization
        self.output_size = output_size
        self.interpolation = interpolation
        self.padding = padding
        self.align_corners = align_corners
        self.bounded = bounded
        self.param_scale = param_scale
        self.gradient_scale = gradient_scale
        self.antialias = antialias
        self.return_params = return_params
        self.return_grid = return_grid
        self.data_format = standardize_data_format(data_format)
        self._lead = lead
        self._num_warps = lead[0] if lead else 1
        checks.check_arguments(self, lead)
        if output_size is not None:
            self.output_size = tuple(output_size)
        self._start = start_params(self.transform, initial_params, lead)

    def build(self, input_shape):
        images_shape, fed_shapes = checks.split(input_shape)
        self._check_shapes(images_shape, fed_shapes)
        self.networks = []
        if fed_shapes:
            checks.check_only_fed(self)
        elif self.localization is not None:
            self.networks = self._make_networks()
            images = keras.KerasTensor(images_shape, self.compute_dtype)
            for network in self.networks:
                self._check_network(network(images).shape)
        checks.check_is_built_for(self.networks, fed_shapes)
        self.target_points = None
        if getattr(self.transform, "learn_target", False):
            points = self.transform.target_points()
            self.target_points = self.add_weight(
                shape=points.shape,
                initializer=lambda shape, dtype: ops.convert_to_tensor(
                    points, dtype=dtype
                ),
                autocast=False,
                name="target_points",
            )

    def _make_networks(self):
        if not isinstance(self.localization, list | tuple):
            return [self._make_network(self.localization, self._start)]
        return [
            self._make_network(network, start)
            for network, start in zip(
                self.localization, self._start, strict=True
            )
        ]

    def _make_network(self, network, start):
        if not isinstance(network, str):
            return network
        return keras.Sequential(
            [
                LocalizationNetwork(
                    network, self.data_format, dtype=self.dtype_policy
                ),
                TransformRegressor(self.transform, start),
            ]
        )

    def _check_shapes(self, images_shape, fed_shapes):
        checks.check_images_shape(
            images_shape, self.transform, self.data_format
        )
        for shape in fed_shapes:
            checks.check_params_shape(
                shape, self.transform, self._lead, "those fed in have"
            )

    def _check_network(self, shape):
        is_one_of_several = isinstance(self.localization, list | tuple)
        checks.check_params_shape(
            shape,
            self.transform,
            () if is_one_of_several else self._lead,
            "the localization network returned",
        )

    def call(self, inputs, training=None):
        images, fed = checks.split(inputs)
        self._check_shapes(images.shape, [params.shape for params in fed])
        checks.check_images_dtype(images.dtype)
        checks.check_is_built_for(self.networks, fed)
        images = ops.cast(images, self.compute_dtype)
        params = self._compose(fed) if fed else self._localize(images)

        size = self._spatial(images.shape)
        if None in size:
            size = self._spatial(ops.shape(images))
        size = self.output_size or size
        grid = self._grid(params, [n * self._oversampling for n in size])
        outputs = [self._join(self._sample(images, grid, size))]
        if self.return_params:
            outputs.append(self._without_warps(params))
        if self.return_grid:
            outputs.append(self._without_warps(grid))
        return outputs[0] if len(outputs) == 1 else tuple(outputs)

    def _compose(self, fed):
        flat = (-1, self.transform.num_params)
        params, *others = [
            ops.reshape(ops.cast(params, "float32"), flat) for params in fed
        ]
        for other in others:
            params = self.transform.compose(params, other)
        return ops.reshape(params, (-1, self._num_warps, flat[-1]))

    def _localize(self, images):
        width = self.transform.num_params
        proposals = [network(images) for network in self.networks]
        num_warps = self._num_warps // len(proposals)
        params = ops.concatenate(
            [
                ops.reshape(ops.cast(p, "float32"), (-1, num_warps, width))
                for p in proposals
            ],
            axis=1,
        )
        return shape_change(
            params,
            self._start.reshape((-1, width)),
            self.bounded,
            self.param_scale,
            self.gradient_scale,
        )

    def _grid(self, params, size):
        kwargs = {}
        if self.target_points is not None:
            kwargs["target_points"] = self.target_points
        grid = self.transform.grid(
            ops.reshape(params, (-1, self.transform.num_params)),
            tuple(size),
            align_corners=self.align_corners,
            **kwargs,
        )
        return ops.reshape(
            grid, (-1, self._num_warps, *size, self.transform.rank)
        )

    def _sample(self, images, grid, size):
        """Gives `(batch, warps, ...)`, averaged to the output size."""
        _, _, first, *others = ops.shape(grid)
        factor = self._oversampling
        warped = grid_sample(
            images,
            ops.reshape(grid, (-1, self._num_warps * first, *others)),
            self.interpolation,
            self.padding,
            self.align_corners,
            self.data_format,
        )
        is_first = self.data_format == "channels_first"
        warps_axis = 2 if is_first else 1
        shape, averaged = [self._num_warps], []
        for length in size:
            shape += [length] if factor == 1 else [length, factor]
            averaged.append(warps_axis + len(shape) - 1)
        channels = images.shape[1 if is_first else -1]
        shape = [channels, *shape] if is_first else [*shape, channels]
        warped = ops.reshape(warped, (-1, *shape))
        if factor > 1:
            warped = ops.mean(warped, axis=averaged)
        return ops.moveaxis(warped, warps_axis, 1)

    @property
    def _oversampling(self):
        return self.antialias or 1

    def _spatial(self, shape):
        if self.data_format == "channels_first":
            return tuple(shape[2:])
        return tuple(shape[1:-1])

    def _without_warps(self, tensor):
        return tensor if self._lead else tensor[:, 0]

    def _join(self, warped):
        """Makes the output of `(batch, warps, ...)`."""
        return self._without_warps(warped)

    def _joined_shape(self, shape):
        """Shape of the output of an image whose warps are of a shape."""
        return (*self._lead, *shape)

    def compute_output_shape(self, input_shape):
        images_shape, fed_shapes = checks.split(input_shape)
        self._check_shapes(images_shape, fed_shapes)
        batch_size = images_shape[0]
        size = self.output_size or self._spatial(images_shape)
        factor, lead = self._oversampling, self._lead
        if self.data_format == "channels_first":
            warped = (images_shape[1], *size)
        else:
            warped = (*size, images_shape[-1])
        shapes = [(batch_size, *self._joined_shape(warped))]
        if self.return_params:
            shapes.append((batch_size, *lead, self.transform.num_params))
        if self.return_grid:
            size = tuple(n if n is None else n * factor for n in size)
            shapes.append((batch_size, *lead, *size, self.transform.rank))
        return shapes[0] if len(shapes) == 1 else tuple(shapes)

    def compute_output_spec(self, inputs, training=None):
        images, fed = checks.split(inputs)
        checks.check_images_dtype(images.dtype)
        checks.check_is_built_for(self.networks, fed)
        fed_shapes = [params.shape for params in fed]
        shapes = self.compute_output_shape(
            [images.shape, *fed_shapes] if fed else images.shape
        )
        if not (self.return_params or self.return_grid):
            return keras.KerasTensor(shapes, self.compute_dtype)
        dtypes = [self.compute_dtype, "float32", "float32"]
        return tuple(map(keras.KerasTensor, shapes, dtypes))

    def get_config(self):
        return {
            **super().get_config(),
            "transform": keras.saving.serialize_keras_object(self.transform),
            "localization": serialize(self.localization),
            "output_size": self.output_size,
            "interpolation": self.interpolation,
            "padding": self.padding,
            "align_corners": self.align_corners,
            "bounded": self.bounded,
            "param_scale": self.param_scale,
            "gradient_scale": self.gradient_scale,
            "antialias": self.antialias,
            "return_params": self.return_params,
            "return_grid": self.return_grid,
            "data_format": self.data_format,
        }

    @classmethod
    def from_config(cls, config):
        network = deserialize(config.get("localization"))
        return cls(**{**config, "localization": network})
