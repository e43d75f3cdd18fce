# One image for web, worker, scheduler and release; compose.yaml says which command each runs.

FROM python:3.11-slim-bookworm AS packages
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /build
RUN python -m venv /venv
COPY requirements-build.txt requirements.txt requirements-s3.txt ./
# Every file is the one that was locked. What builds the packages that come as source alone stays in this stage.
RUN /venv/bin/pip install --require-hashes --no-build-isolation -r requirements-build.txt \
    && /venv/bin/pip install --require-hashes --no-build-isolation -r requirements.txt \
    && /venv/bin/pip install --require-hashes --no-build-isolation -r requirements-s3.txt \
    && /venv/bin/pip uninstall --yes setuptools pip

FROM python:3.11-slim-bookworm AS base
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    APP_ENVIRONMENT=production \
    WEB_CONCURRENCY=2
# What a volume is mounted on must belong to who writes there.
RUN useradd --uid 10001 --create-home --shell /usr/sbin/nologin app \
    && mkdir -p /app/instance /keys \
    && chown app:app /app/instance /keys
COPY --from=packages /venv /venv
WORKDIR /app
COPY gunicorn.conf.py wsgi.py ./
COPY bin/_with_keys bin/_with_keys
COPY migrations migrations
COPY docs/dealer-guide.md docs/dealer-guide.md
COPY docs/images docs/images
COPY docs/staff-guide.md docs/staff-guide.md
COPY templates templates
COPY webapp webapp
COPY jobs jobs
RUN python -m compileall -q webapp jobs migrations wsgi.py
USER 10001

# The simulated Lightspeed and its sample dealers, for trying the program out: not in the image that is deployed.
FROM base AS simulator
COPY sandbox sandbox
EXPOSE 8900
CMD ["python", "-m", "sandbox.simulator", "--host", "0.0.0.0", "--port", "8900", "--sample"]

FROM base AS app
EXPOSE 8000
# Of web; whoever runs another command turns it off.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["gunicorn", "--bind", "0.0.0.0:8000", "wsgi:app"]
