"""Watch units as their inputs change: what begins to fail, keeps failing, recovers, or cannot be told any more.

Units report changes as events; the monitor keeps each unit's last values, judges the rules that an event concerns, and
tells every change of a finding. Its state lives in one SQLite file, so that a restart loses and repeats nothing.
"""

from __future__ import annotations

from commscore.monitor._monitor import Monitor
from commscore.monitor._stream import watch
from commscore.monitor._transitions import CHANGES

__all__ = ["CHANGES", "Monitor", "watch"]
