"""Named runs: functions that return one frozen value."""
