"""Data to try a ruleset with, and empty tables for those who are to supply the real data."""

from commscore._sampling._sample import Sample, sample
from commscore._sampling._template import template
from commscore._sampling._writing import write_sample

__all__ = ["Sample", "sample", "template", "write_sample"]
