"""The lecture's claims, one experiment a file: `cNN_what.py` holds claim CNN as `CLAIM`."""
