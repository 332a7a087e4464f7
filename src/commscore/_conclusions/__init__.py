"""Findings -> conclusions by forward chaining, once for each distinct combination of the facts that count."""

from commscore._conclusions._concluding import Concluder, Outcome, concluder_of
from commscore._conclusions._signatures import Subjects
from commscore._conclusions._tracing import Because, Step, trace

__all__ = ["Because", "Concluder", "Outcome", "Step", "Subjects", "concluder_of", "trace"]
