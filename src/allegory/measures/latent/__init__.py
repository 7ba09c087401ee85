"""How good a latent space is, without labels: where codes lie and what decodes from them."""
