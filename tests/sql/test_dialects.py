"""What is written is SQL of the dialect asked for; what makes no sense is refused in words."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import sqlglot

from commscore import RulesetError, UsageError, ruleset_sql
from commscore._cli import main

DIALECTS = ("duckdb", "spark", "postgres")


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("level", ["unit", "areas"])
def test_every_dialect_reads_back_what_was_written(dialect: str, level: str) -> None:
    written = ruleset_sql("taian-2023", dialect=dialect, level=level, table="a.units")
    (tree,) = sqlglot.parse(written, dialect=dialect)
    assert tree is not None
    again = tree.sql(dialect=dialect, pretty=True)
    assert sqlglot.parse_one(again, dialect=dialect) == tree
    assert {table.sql(dialect=dialect) for table in tree.find_all(sqlglot.exp.Table) if table.db} == {"a.units"}


def test_the_same_ruleset_gives_the_same_text() -> None:
    assert ruleset_sql("jimsar-2023", reasons=True) == ruleset_sql("jimsar-2023", reasons=True)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"dialect": "oracle"}, "'oracle' is none of duckdb, spark, postgres"),
        ({"level": "city"}, "'city' is none of unit, areas"),
        ({"rows": "village"}, "'village' is none of"),
        ({"as_of": "soon"}, "as_of"),
        ({"key": "nummer"}, "the schema has no column 'nummer'"),
        ({"level": "areas", "rollup": ["community"]}, "name levels above it"),
        ({"rollup": ["moon"]}, "there is no level 'moon'"),
        ({"columns": {"x": "staff"}}, "has no column 'x'"),
    ],
)
def test_arguments_that_make_no_sense_are_refused(options: dict[str, object], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        ruleset_sql("taian-2023", **options)  # type: ignore[arg-type]


def test_a_plan_of_several_years_is_refused() -> None:
    with pytest.raises(UsageError, match="plan of several years"):
        ruleset_sql("dalian-2023-2025")
    with pytest.raises(RulesetError):
        ruleset_sql("nowhere-1999")


def test_without_sqlglot_the_message_names_the_extra() -> None:
    code = (
        "import sys; sys.modules['sqlglot'] = None\n"
        "import commscore\n"
        "try: commscore.ruleset_sql('taian-2023')\n"
        "except commscore.UsageError as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout == "writing SQL needs sqlglot; install it with: pip install 'commscore[sql]'\n"


def test_the_command_writes_what_the_function_does(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ruleset", "sql", "taian-2023", "--dialect", "postgres", "--no-scores"]) == 0
    assert capsys.readouterr().out == ruleset_sql("taian-2023", dialect="postgres", scores=False)
    columns = ["--column", "code:TEXT", "--column", "kind:INTEGER"]
    assert (
        main(["ruleset", "sql", "taian-2023", "--level", "areas", "--rollup", "county,city", "--json", *columns]) == 0
    )
    found = json.loads(capsys.readouterr().out)
    schema = {"code": "TEXT", "kind": "INTEGER"}
    assert found["sql"] == ruleset_sql("taian-2023", level="areas", rollup=["county", "city"], schema=schema)


def test_the_command_refuses_columns_without_a_type(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["ruleset", "sql", "taian-2023", "--column", "code"]) == 2
    assert "--column 'code'" in capsys.readouterr().err
    assert main(["ruleset", "sql", "taian-2023", "--like", str(tmp_path / "none.parquet")]) == 2
    assert "none.parquet" in capsys.readouterr().err
