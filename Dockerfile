# Built in one stage with everything that building needs; served from a second without it.
FROM python:3.11-slim AS build
WORKDIR /app
COPY requirements.txt requirements-fast.txt requirements-uv.txt ./
COPY tools/install.py tools/
RUN python tools/install.py requirements.txt
COPY . .
RUN .venv/bin/python tools/frontend.py && rm -rf .web/node_modules

FROM python:3.11-slim
RUN useradd --system --uid 10001 --home-dir /data psa && mkdir /data && chown psa /data
WORKDIR /app
COPY --from=build /app /app
# Reflex notes there at each start what the pages use.
RUN chown -R psa /app/.web/backend
ENV PATH=/app/.venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 \
    HOST=0.0.0.0 PORT=8000 PSA_DATA=/data PSA_ENV=production
USER psa
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
  CMD ["python", "-c", "import os, urllib.request as u; u.urlopen('http://127.0.0.1:' + os.environ['PORT'] + '/healthz', timeout=4)"]
CMD ["psa", "serve"]
