# The matcher: torch for the CPU, and the bundled model's weights, so that nothing is downloaded when it starts.
# Build in the repository's root:
#   docker build -f deploy/docker/matcher.Dockerfile --build-arg TORCH_INDEX=... -t liaison-matcher:0.1.0 .
# TORCH_INDEX is a package index that serves torch's CPU build. The lock's hash decides: another file is refused.
# For a build that can be repeated, name the base image by its digest.

FROM python:3.11-slim AS build
ARG TORCH_INDEX
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /source
COPY deploy/locks/build.txt deploy/locks/matcher.txt deploy/locks/
RUN python -m venv --without-pip /opt/liaison \
    && pip --python /opt/liaison/bin/python install --no-deps --require-hashes --only-binary :all: \
        --extra-index-url "${TORCH_INDEX:?give the index that serves torch for the CPU}" \
        --requirement deploy/locks/matcher.txt
COPY pyproject.toml README.md ./
COPY shared shared
COPY services services
RUN pip install --no-deps --require-hashes --requirement deploy/locks/build.txt \
    && pip wheel --no-deps --no-build-isolation --wheel-dir /wheels . \
    && pip --python /opt/liaison/bin/python install --no-deps --no-index /wheels/liaison-*.whl

FROM python:3.11-slim
# libgomp: the OpenMP runtime that LightGBM is linked with; it is no compiler.
RUN apt-get update && apt-get install --yes --no-install-recommends libgomp1 && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin liaison \
    && mkdir /data && chown 10001:10001 /data
COPY --from=build /opt/liaison /opt/liaison
ENV PATH=/opt/liaison/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 HF_HUB_OFFLINE=1 MPLCONFIGDIR=/tmp/matplotlib
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8002
HEALTHCHECK --interval=15s --timeout=5s --start-period=180s --retries=4 CMD ["python", "-c", \
    "import os, urllib.request as web; web.urlopen(f\"http://127.0.0.1:{os.environ.get('LIAISON_MATCHER_PORT', '8002')}/healthz\", timeout=4)"]
ENTRYPOINT ["liaison"]
CMD ["serve", "matcher"]
