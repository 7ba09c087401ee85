"""Round numbers for axes, and short numbers for people."""

from __future__ import annotations

import math

__all__ = ["duration", "log_ticks", "plain", "short", "ticks"]

ROUND = (1.0, 2.0, 2.5, 5.0, 10.0)
SYMBOLS = ((1e9, "G"), (1e6, "M"), (1e3, "k"))


def ticks(low: float, high: float, about: int = 5) -> list[float]:
    """Round numbers from low to high, roughly `about` of them, evenly spaced."""
    raw = (high - low) / about
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(r for r in ROUND if r * power >= raw * (1 - 1e-9)) * power
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [round(k * step, 12) for k in range(first, last + 1)]


def log_ticks(low: float, high: float) -> list[float]:
    """Round numbers for a logarithmic axis from low to high, both positive."""
    decades = math.log10(high / low)
    factors = (1, 2, 5) if decades < 2.5 else (1,)
    stride = max(1, round(decades / 6))
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    candidates = [f * 10.0**p for p in powers if p % stride == 0 for f in factors]
    found = [v for v in candidates if low * (1 - 1e-9) <= v <= high * (1 + 1e-9)]
    return found if len(found) > 1 else ticks(low, high)


def short(value: float) -> str:
    """The number in at most four digits: 0.0312, 12.5, 1,240, 20k, 1.5M."""
    if not math.isfinite(value):
        return "–"
    size = abs(value)
    if size and size < 1e-3:
        return f"{value:.2g}".replace("-", "−")
    for unit, symbol in SYMBOLS:
        if size >= max(unit, 1e4):
            return f"{value / unit:.3g}{symbol}".replace("-", "−")
    text = f"{value:,.0f}" if size >= 1000 else f"{value:.4g}" if size >= 100 else f"{value:.3g}"
    return text.replace("-", "−")


def plain(value: float) -> str:
    """The same with a hyphen for a minus, which Pillow's own font lacks."""
    return short(value).replace("−", "-")


def duration(seconds: float) -> str:
    """Seconds in words: 42 s, 5 min 20 s, 2 h 5 min."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
