"""What people do with a model: functions that ask for the capabilities they need, no more."""
