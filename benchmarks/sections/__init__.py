"""One module a table: each has `sections(options)`, which measures and returns its tables."""
