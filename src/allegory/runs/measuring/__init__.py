"""Which measures a model and its data allow, and what each comes to in figures."""
