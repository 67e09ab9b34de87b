"""The job queue goes: what is to be delivered has tables of its own.

Revision ID: 0024
Revises: 0023

What is still queued is dropped. It told a worker to look at notifications of alerts, which it finds by itself.
"""

from migrations.job_queue import drop_job_queue, make_job_queue

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    drop_job_queue()


def downgrade() -> None:
    make_job_queue()
