# The catalog: no model, no vectors, no compiler.
# Build in the repository's root: docker build -f deploy/docker/catalog.Dockerfile -t liaison-catalog:0.1.0 .
# For a build that can be repeated, name the base image by its digest.

FROM python:3.11-slim AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /source
COPY deploy/locks/build.txt deploy/locks/catalog.txt deploy/locks/
RUN python -m venv --without-pip /opt/liaison \
    && pip --python /opt/liaison/bin/python install --no-deps --require-hashes --only-binary :all: \
        --requirement deploy/locks/catalog.txt
COPY pyproject.toml README.md ./
COPY shared shared
COPY services services
RUN pip install --no-deps --require-hashes --requirement deploy/locks/build.txt \
    && pip wheel --no-deps --no-build-isolation --wheel-dir /wheels . \
    && pip --python /opt/liaison/bin/python install --no-deps --no-index /wheels/liaison-*.whl

FROM python:3.11-slim
RUN useradd --uid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin liaison \
    && mkdir /data && chown 10001:10001 /data
COPY --from=build /opt/liaison /opt/liaison
ENV PATH=/opt/liaison/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8001
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=4 CMD ["python", "-c", \
    "import os, urllib.request as web; web.urlopen(f\"http://127.0.0.1:{os.environ.get('LIAISON_CATALOG_PORT', '8001')}/healthz\", timeout=4)"]
ENTRYPOINT ["liaison"]
CMD ["serve", "catalog"]
