"""The command line. Modules here import the library only inside their functions, so that help comes at once."""

from commscore._cli._main import main

__all__ = ["main"]
