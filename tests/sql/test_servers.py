"""The SQL of Spark and PostgreSQL, run by a Spark server (Sail) and a PostgreSQL that the tests start themselves."""

from __future__ import annotations

import contextlib
import math
import os
import shutil
import subprocess
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, note, settings
from tests.equality.drawing import INPUTS, rulesets, tables
from tests.sql.asking import SQL_TYPES, check_areas, check_units, expected, province, typed
from tests.sql.test_cells import ONE, each, ruleset_of

import commscore
from commscore import Comparator, Ruleset, reference, ruleset_sql

pytestmark = pytest.mark.slow

Ask = Callable[[Any, Callable[[str], str]], list[dict[str, Any]]]
LEVELS = ("county", "city")
MANY = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])


def _binaries() -> Path | None:
    """Find where initdb and postgres are: on the path, or where distributions put them."""
    found = shutil.which("initdb")
    places = [Path(found).parent] if found else sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((place for place in places if (place / "postgres").exists() and (place / "initdb").exists()), None)


@pytest.fixture(scope="module")
def postgres() -> Iterator[Ask]:
    psycopg = pytest.importorskip("psycopg", reason="the client psycopg is not installed")
    binaries = _binaries()
    if binaries is None:
        pytest.skip("no PostgreSQL server is installed")
    options: dict[str, Any] = {"env": os.environ | {"LC_ALL": "C.UTF-8"}}
    folder = Path(tempfile.mkdtemp(prefix="sql"))  # short: the path of a unix socket has at most 107 bytes
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        pwd = pytest.importorskip("pwd", reason="no lesser user to run PostgreSQL as")
        nobody = pwd.getpwnam("nobody")
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        options |= {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    data = folder / "data"
    setup = [binaries / "initdb", "-D", data, "-A", "trust", "-U", "test", "-E", "UTF8", "--no-sync"]
    subprocess.run(setup, check=True, cwd=folder, stdout=subprocess.DEVNULL, **options)  # noqa: S603
    command = [binaries / "postgres", "-D", data, "-k", folder, "-h", "", "-c", "fsync=off", "-c", "jit=off"]
    server = subprocess.Popen(command, cwd=folder, stderr=subprocess.DEVNULL, **options)  # noqa: S603
    try:
        with _connected(psycopg, folder) as connection:
            yield lambda table, write: _ask_postgres(connection, table, write("postgres"))
    finally:
        server.terminate()
        server.wait()
        shutil.rmtree(folder)


def _connected(psycopg: Any, folder: Path) -> Any:
    for _ in range(200):
        with contextlib.suppress(psycopg.OperationalError):
            return psycopg.connect(host=str(folder), user="test", dbname="postgres", autocommit=True)
        time.sleep(0.05)
    raise AssertionError("PostgreSQL did not start")


def _ask_postgres(connection: Any, table: Any, sql: str) -> list[dict[str, Any]]:
    types = ", ".join(f'"{field.name}" {SQL_TYPES[str(field.type)]}' for field in table.schema)
    connection.execute("DROP TABLE IF EXISTS units")
    connection.execute(f"CREATE TABLE units ({types})")
    places = ", ".join(["%s"] * len(table.schema))
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO units VALUES ({places})", [tuple(row.values()) for row in table.to_pylist()])  # noqa: S608
        cursor.execute(sql)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


@pytest.fixture(scope="module")
def spark() -> Iterator[Ask]:
    server_of = pytest.importorskip("pysail.spark", reason="pysail is not installed").SparkConnectServer
    with warnings.catch_warnings(action="ignore"):
        sql = pytest.importorskip("pyspark.sql", reason="pyspark-client is not installed")
        server = server_of("127.0.0.1", 0)
        server.start(background=True)
        _, port = server.listening_address
        session = sql.SparkSession.builder.remote(f"sc://localhost:{port}").getOrCreate()
    try:
        yield lambda table, write: _ask_spark(session, table, write("spark"))
    finally:
        session.stop()
        server.stop()


def _ask_spark(session: Any, table: Any, sql: str) -> list[dict[str, Any]]:
    with warnings.catch_warnings(action="ignore"):
        session.createDataFrame(table).createOrReplaceTempView("units")
        return session.sql(sql).toArrow().to_pylist()


@pytest.fixture(scope="module", params=["postgres", "spark"])
def ask(request: pytest.FixtureRequest) -> Ask:
    return request.getfixturevalue(request.param)


@MANY
@given(ruleset=rulesets(), table=tables())
def test_units_have_the_statuses_and_scores_of_the_evaluator(ask: Ask, ruleset: Ruleset, table: Any) -> None:
    data = typed(table[0], INPUTS)
    try:
        result = expected(data, ruleset, key="id")
    except commscore.DataError:
        return
    scores = ruleset.scoring.model != "attainment"
    rows = ask(
        data,
        lambda dialect: ruleset_sql(
            ruleset, schema=data.schema, key="id", reasons=True, scores=scores, dialect=dialect
        ),
    )
    check_units(result, rows, key="id", scores=scores)


@settings(MANY, max_examples=15)
@given(ruleset=rulesets(max_rules=2), table=tables())
def test_areas_have_the_statuses_of_the_plain_evaluator(ask: Ask, ruleset: Ruleset, table: Any) -> None:
    data = typed(table[0], INPUTS)
    try:
        expected(data, ruleset, key="id", rollup=LEVELS)
        slow = reference.evaluate(data.to_pylist(), ruleset, key="id", level="community", rollup=LEVELS)
    except commscore.DataError:
        return

    def write(dialect: str) -> str:
        options: dict[str, Any] = {"level": "areas", "rollup": LEVELS, "dialect": dialect}
        sql = ruleset_sql(ruleset, schema=data.schema, key="id", reasons=True, **options)
        note(sql)
        return sql

    check_areas(slow.findings, ask(data, write))


@pytest.mark.parametrize("name", ["dalian-2023", "taian-2023"])
def test_bundled_rulesets_say_the_same(ask: Ask, name: str) -> None:
    ruleset = commscore.load_ruleset(name)
    data = province(ruleset, rows=200, seed=7)
    rows = ask(data, lambda dialect: ruleset_sql(ruleset, schema=data.schema, reasons=True, dialect=dialect))
    check_units(expected(data, ruleset), rows)


def test_doubles_are_read_by_their_binary_value_and_blanks_are_removed(ask: Ask) -> None:
    halves = [(2 * i + 1) / 20 for i in range(200)] + [0.15, 0.35, 1e15, 2.0**53, float("nan"), float("-inf"), -1e-9]
    halves += [math.nextafter(value, end) for value in halves[:50] for end in (0, math.inf)]
    words = [" \x0b\x85是\u3000", "\tNo\r\n", " ", "x"]
    data = pa.table(
        {
            "id": [f"u{i}" for i in range(len(halves))],
            "area": pa.array(halves),
            "pay": pa.array([value / 1000 for value in halves]),
            "open": pa.array([words[i % 4] for i in range(len(halves))]),
        }
    )
    parts = [each("area", Fraction(i, 10)) for i in range(1, 40)]
    parts += [each("pay", Fraction(i, 10_000)) for i in range(1, 40)]
    ruleset = ruleset_of(*parts, each("open", value=True, comparator=Comparator.IS), each("area", ONE))
    rows = ask(data, lambda dialect: ruleset_sql(ruleset, schema=data.schema, key="id", reasons=True, dialect=dialect))
    check_units(expected(data, ruleset, key="id"), rows, key="id")
