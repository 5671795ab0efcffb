# One image for every process of the Procfile; compose.yaml says which one a container is.
FROM python:3.11-slim AS made
WORKDIR /jynco
COPY requirements.txt .
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --require-hashes -r requirements.txt

FROM python:3.11-slim
# Nothing of the system is needed: FFmpeg, OpenCV and Postgres's driver come as wheels, fonts with the code.
RUN useradd --uid 10001 --no-create-home jynco && install -d -o jynco /data /files
COPY --from=made /venv /venv
WORKDIR /jynco
COPY . .
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONPATH=/jynco JYNCO_DATA=/data
USER jynco
CMD ["python", "-m", "jynco", "--help"]
