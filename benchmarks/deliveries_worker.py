"""A worker whose waits between attempts are shorter, for a run shorter than an hour; nothing else about it differs.

PACE is the part of each wait that is left, 1 in a run of an hour.
"""

import os
import sys
from datetime import timedelta

from app.rules import webhook_retries
from app.worker import main

LEAST = timedelta(seconds=2)

if __name__ == "__main__":
    pace = float(os.environ["PACE"])
    waits = tuple(max(each * pace, LEAST) for each in webhook_retries.WAITS)
    setattr(webhook_retries, "WAITS", waits)  # noqa: B010
    sys.exit(main())
