"""Wrong arguments of evaluate_files are said to be wrong before anything is written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import commscore


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"ruleset": None}, "ruleset: give an id, a path or a loaded ruleset"),
        ({"more": 5}, "more: give a mapping"),
        ({"columns": "a"}, "columns: give a mapping"),
        ({"rollup": "county"}, "rollup: give a list of texts"),
        ({"missing": "NA"}, "missing: give a list of texts"),
    ],
)
def test_a_wrong_option_names_what_is_allowed(tmp_path: Path, options: dict[str, Any], message: str) -> None:
    units = tmp_path / "units.csv"
    units.write_text("code,kind,social_orgs\n210202001001,urban,12\n", encoding="utf-8")

    with pytest.raises(commscore.UsageError, match=message):
        commscore.evaluate_files(units, out=tmp_path / "out", **{"ruleset": "dalian-2023", **options})

    assert not (tmp_path / "out").exists()
