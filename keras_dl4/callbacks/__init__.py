"""Callbacks for training runs."""

from keras_dl4.callbacks.atomic_backup import AtomicBackup
from keras_dl4.callbacks.collapse_monitor import CollapseMonitor
from keras_dl4.callbacks.first_below import FirstBelow
from keras_dl4.callbacks.hard_negative_warmup import HardNegativeWarmup
from keras_dl4.callbacks.k_sparse_schedule import KSparseSchedule
from keras_dl4.callbacks.kl_weight_schedule import KLWeightSchedule
from keras_dl4.callbacks.memory_use_image import MemoryUseImage
from keras_dl4.callbacks.retrieval_evaluation import RetrievalEvaluation
from keras_dl4.callbacks.run_folder import prepare_run_folder
from keras_dl4.callbacks.run_recorder import RunRecorder
from keras_dl4.callbacks.sample_images import SampleImages
from keras_dl4.callbacks.warp_image import WarpImage

__all__ = [
    "AtomicBackup",
    "CollapseMonitor",
    "FirstBelow",
    "HardNegativeWarmup",
    "KLWeightSchedule",
    "KSparseSchedule",
    "MemoryUseImage",
    "RetrievalEvaluation",
    "RunRecorder",
    "SampleImages",
    "WarpImage",
    "prepare_run_folder",
]
