"""Tables in object stores are read through pyarrow's file systems: here S3, by a server that the test starts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.dataset as ds
import pyarrow.fs
import pyarrow.parquet as pq
import pytest

import commscore

COMMUNITIES = Path(__file__).parents[2] / "examples" / "dalian" / "communities.parquet"
RULESET = "dalian-2023"

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]


@pytest.fixture(scope="module")
def bucket() -> Iterator[Any]:
    """A bucket with the example city in two files."""
    server_of = pytest.importorskip("moto.server", reason="moto[server] is not installed").ThreadedMotoServer
    server = server_of(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    system = pyarrow.fs.S3FileSystem(
        access_key="test",
        secret_key="test",  # noqa: S106 - the server takes any
        region="us-east-1",
        scheme="http",
        endpoint_override=f"{host}:{port}",
        allow_bucket_creation=True,
    )
    system.create_dir("province")
    table = pq.read_table(COMMUNITIES)
    half = table.num_rows // 2
    for number, part in enumerate((table.slice(0, half), table.slice(half))):
        pq.write_table(part, f"province/communities/part-{number}.parquet", filesystem=system)
    yield system
    server.stop()


def test_a_dataset_in_a_bucket_comes_to_the_same_as_the_file(bucket: Any) -> None:
    found = commscore.evaluate(ds.dataset("province/communities", filesystem=bucket), RULESET, key="code")
    expected = commscore.evaluate(COMMUNITIES, RULESET, key="code")

    assert found.units.equals(expected.units)
    assert found.areas.equals(expected.areas)


def test_a_bucket_streams_into_an_output_folder(bucket: Any, tmp_path: Path) -> None:
    source = ds.dataset("province/communities", filesystem=bucket)

    output = commscore.evaluate_files(source, RULESET, tmp_path / "out", key="code", level="community")

    expected = commscore.evaluate(COMMUNITIES, RULESET, key="code")
    assert output.rows == expected.units.num_rows
    assert output.areas.equals(expected.areas)


def test_results_go_back_into_the_bucket(bucket: Any) -> None:
    result = commscore.evaluate(ds.dataset("province/communities", filesystem=bucket), RULESET, key="code")

    pq.write_table(result.units, "province/results/units.parquet", filesystem=bucket)

    assert pq.read_table("province/results/units.parquet", filesystem=bucket).num_rows == result.units.num_rows


def test_a_missing_file_of_a_bucket_is_told_in_a_line(bucket: Any) -> None:
    lost = ds.dataset("province/communities", filesystem=bucket)
    bucket.copy_file("province/communities/part-1.parquet", "province/kept.parquet")
    bucket.delete_file("province/communities/part-1.parquet")
    try:
        with pytest.raises(commscore.DataError, match="data: the dataset cannot be read: ") as refused:
            commscore.evaluate(lost, RULESET, key="code")
    finally:
        bucket.copy_file("province/kept.parquet", "province/communities/part-1.parquet")

    assert "\n" not in str(refused.value)
