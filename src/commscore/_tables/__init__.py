"""Data -> blocks of exact values: anything Arrow-like opened, its columns matched to inputs, read block by block.

``_sources`` (over ``_paths``, ``_streams``, ``_cells``) turns what the caller gave into Arrow arrays;
``_matching`` finds the column of each input; ``_exact`` (over ``_numerals``, ``_rounding``, ``_buffers``) reads
cells as integers at declared places; ``_places`` and ``_keys`` say where rows lie and how they are told apart;
``_blocks`` puts it together.
"""

from commscore._tables._blocks import Areas, Block, Column, Columns, KeySet, Reading, Table, Unread, blocks, open_table

__all__ = ["Areas", "Block", "Column", "Columns", "KeySet", "Reading", "Table", "Unread", "blocks", "open_table"]
