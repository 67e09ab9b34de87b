"""A worker whose waits between attempts are shorter, for a run shorter than an hour; nothing else about it differs.

PACE is the part of each wait that is left, and those of hours are one of half an hour. 1, in a run of an hour, changes
nothing.
"""

import os
import sys
from datetime import timedelta

from app.rules import webhook_retries
from app.worker import main

LEAST, LONGEST = timedelta(seconds=2), timedelta(minutes=30)

if __name__ == "__main__":
    pace = float(os.environ["PACE"])
    if pace < 1:
        waits = tuple(min(max(each * pace, LEAST), LONGEST * pace) for each in webhook_retries.WAITS)
        setattr(webhook_retries, "WAITS", waits)  # noqa: B010
    sys.exit(main())
