"""Sounds as pictures and back: short-time spectra, mel bands, phases."""
