"""Files in, files out: an evaluation streamed to a folder of Parquet files."""

from commscore._files._api import evaluate_files, evaluate_some, summarize_files
from commscore._files._results import Output, Progress

__all__ = ["Output", "Progress", "evaluate_files", "evaluate_some", "summarize_files"]
