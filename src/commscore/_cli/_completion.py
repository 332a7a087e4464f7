"""``commscore completion``: a script that lets a shell complete commands and options."""

from __future__ import annotations

import sys
from typing import Annotated, Literal

from cyclopts import Parameter

from commscore._cli._exits import Exit

EXAMPLES = """Examples:

  commscore completion bash > ~/.local/share/bash-completion/completions/commscore
  commscore completion zsh > ~/.zfunc/_commscore
  commscore completion fish > ~/.config/fish/completions/commscore.fish"""


def completion(
    shell: Annotated[Literal["bash", "fish", "zsh"], Parameter(name="SHELL", help="The shell.")],
    /,
) -> int:
    """Print the script for a shell."""
    from commscore._cli._main import build_app

    sys.stdout.write(build_app().generate_completion(prog_name="commscore", shell=shell).rstrip() + "\n")
    return Exit.DONE
