#!/bin/bash
# Runs once, when the database is first made: the API's and the worker's roles, neither of which owns anything.
set -euo pipefail
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
    --set app_password="$WAYMARK_APP_PASSWORD" --set worker_password="$WAYMARK_WORKER_PASSWORD" <<'SQL'
CREATE ROLE waymark_app LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD :'app_password';
CREATE ROLE waymark_worker LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD :'worker_password';
SQL
