"""Files in, files out: an evaluation streamed to a folder of Parquet files."""

from commscore._files._api import evaluate_files, evaluate_some, summarize_files
from commscore._files._merging import merge_outputs, read_manifest
from commscore._files._results import FileOptions, Output, Progress

__all__ = [
    "FileOptions",
    "Output",
    "Progress",
    "evaluate_files",
    "evaluate_some",
    "merge_outputs",
    "read_manifest",
    "summarize_files",
]
