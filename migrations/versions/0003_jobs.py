"""The job queue: procrastinate's own tables, in the schema `jobs`.

Revision ID: 0003
Revises: 0002
"""

from migrations.job_queue import drop_job_queue, make_job_queue

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    make_job_queue()


def downgrade() -> None:
    drop_job_queue()
