"""How well single latents follow single factors: measures for data whose factors are known."""
