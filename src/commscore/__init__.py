"""Score communities against the requirements a plan states."""

__all__: list[str] = []
