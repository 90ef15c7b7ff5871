"""Results, shown. Each module is a function of results alone."""
