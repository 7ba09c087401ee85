"""Architecture without purpose: tensors in, tensors out."""
