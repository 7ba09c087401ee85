"""How long and how fast a game is played: one frozen value."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["TrainingSettings"]


class TrainingSettings(BaseModel):
    """How long and how fast a game is played."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    images: int = Field(200_000, ge=1)
    """Examples to see, repeats counted."""
    batch: int = Field(32, ge=1)
    """Examples a step, over all processes and slices."""
    slices: int = Field(1, ge=1)
    """Pieces that a process cuts its share of a batch into, to save memory."""
    seed: int = Field(0, ge=0)
    """Of weights, order and noise."""
    lr: float = Field(2e-3, gt=0.0, le=1.0)
    """Learning rate at its highest."""
    beta1: float = Field(0.9, ge=0.0, lt=1.0)
    """Adam's momentum."""
    beta2: float = Field(0.999, ge=0.0, lt=1.0)
    """Adam's memory of squared gradients."""
    weight_decay: float = Field(0.0, ge=0.0)
    """Decoupled weight decay (AdamW)."""
    warmup: float = Field(0.05, ge=0.0, lt=1.0)
    """Share of the images over which the learning rate rises; then it falls by a cosine."""
    clip: float = Field(3.0, gt=0.0)
    """Gradients longer than this many times their running length are shortened to it."""
    half_life: int = Field(5_000, ge=0)
    """Images after which a weight's share in the averaged weights is halved; 0: no average."""
    precision: Literal["auto", "float32", "bfloat16"] = "auto"
    """"auto": bfloat16 for pictures where the processor computes with it, else float32."""
    compile: bool = False
    """Compile the networks (needs a C++ compiler; pays on long runs)."""
    device: Annotated[str, Field(pattern=r"^(auto|cpu|cuda(:\d+)?|mps)$")] = "auto"
    """"auto": a CUDA device where there is one, else the processor."""
    evaluations: int = Field(20, ge=1)
    """Held-out evaluations, previews and checkpoints over the run, evenly spaced."""
    held_out: int = Field(1_000, ge=1)
    """Validation examples used at each of them, at most."""
    tensorboard: bool = False
    """Write TensorBoard events too (needs allegory[track])."""
