"""What people do with a model: functions that ask for one capability each."""
