# One build, two images: `worker` runs snippets and holds nothing but its own code, `bot` is everything else.
# They share the layers with Python and torch, so that both together take little more room than one.

FROM python:3.11-slim-bookworm AS torch
# The user that everything runs as; nothing may make it another one.
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /tmp --shell /usr/sbin/nologin tutor \
    && find / -xdev -type f -perm /6000 -exec chmod a-s {} +
# libseccomp comes with most Debian images already.
RUN dpkg --status libseccomp2 >/dev/null 2>&1 \
    || (apt-get update && apt-get install --yes --no-install-recommends libseccomp2 && rm -rf /var/lib/apt/lists/*)
# A virtual environment without pip: neither image needs it any more.
RUN python -m venv --without-pip /opt/venv
ENV PATH=/opt/venv/bin:$PATH PYTHONPATH=/app PYTHONUNBUFFERED=1 HOME=/tmp
# The CPU build of torch, from docker/wheels or from an index that has it (docs/operating.md), else the common build.
# The lock file's versions hold for what torch itself depends on, too.
ARG PIP_INDEX_URL PIP_EXTRA_INDEX_URL
RUN --mount=type=cache,target=/root/.cache/pip \
    --mount=type=bind,source=docker/wheels,target=/wheels \
    --mount=type=bind,source=scripts/lib/setup.sh,target=/build/setup.sh \
    --mount=type=bind,source=requirements/runtime.lock,target=/build/runtime.lock \
    export HOME=/root PIP_FIND_LINKS=/wheels PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore \
    && version=$(sed -n 's/^TORCH_VERSION=//p' /build/setup.sh) \
    && sed -n 's/^\([A-Za-z0-9._-]*==[^ ]*\) .*/\1/p' /build/runtime.lock >/tmp/versions \
    && (pip --python /opt/venv/bin/python install --constraint /tmp/versions "torch==$version+cpu" \
        || (echo "No CPU build of torch $version was found; taking the common one, which may be large." \
            && pip --python /opt/venv/bin/python install --constraint /tmp/versions "torch==$version")) \
    && rm /tmp/versions \
    # A fifth of torch is its own C++ tests, and headers that nothing in here could compile with.
    && cd /opt/venv/lib/python3*/site-packages/torch && rm -rf test include \
    && find bin -type f ! -name torch_shm_manager -delete
WORKDIR /app

FROM torch AS worker
RUN --mount=type=cache,target=/root/.cache/pip \
    --mount=type=bind,source=docker/wheels,target=/wheels \
    --mount=type=bind,source=requirements/worker.lock,target=/build/worker.lock \
    HOME=/root pip --disable-pip-version-check --python /opt/venv/bin/python install \
        --root-user-action=ignore --find-links /wheels --no-deps --require-hashes --requirement /build/worker.lock
COPY bot/__init__.py bot/
COPY bot/sandbox bot/sandbox
RUN python -m compileall -q bot
USER 10001:10001
ENV TUTOR_WORKER_LISTEN=0.0.0.0:8060
CMD ["python", "-m", "bot.sandbox"]

FROM torch AS bot
RUN --mount=type=cache,target=/root/.cache/pip \
    --mount=type=bind,source=docker/wheels,target=/wheels \
    --mount=type=bind,source=requirements/runtime.lock,target=/build/runtime.lock \
    HOME=/root pip --disable-pip-version-check --python /opt/venv/bin/python install \
        --root-user-action=ignore --find-links /wheels --no-deps --require-hashes --requirement /build/runtime.lock
RUN printf '#!/bin/sh\nexec python -m bot "$@"\n' >/usr/local/bin/tutor && chmod 755 /usr/local/bin/tutor \
    && install --directory --owner=10001 --group=10001 --mode=700 /data
COPY bot bot
COPY knowledge knowledge
# What every field of the database is: goes into the export of who asks for their data.
COPY docs/privacy.md docs/
RUN python -m compileall -q bot knowledge
# The model and the index, so that the first start has nothing to build: Docker fills an empty volume with them.
# What docker/prepared brings is taken where it fits this corpus, else they are built here.
RUN --mount=type=bind,source=docker/prepared,target=/prepared \
    cp -R /prepared/. /data && rm /data/.gitignore && chown -R 10001:10001 /data
USER 10001:10001
ENV TUTOR_DATA_DIR=/data TUTOR_HTTP_LISTEN=0.0.0.0:8070
RUN tutor prepare
CMD ["tutor", "bot"]
