"""How every game is played: players, clock, trainer, checkpoints."""
