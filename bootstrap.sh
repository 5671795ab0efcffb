#!/bin/sh
# Builds .venv from the hashed locks. Needs Python 3.11 to 3.13 and a package index, nothing else.
#
# Run it from anywhere, as often as you like: when nothing changed it returns at once; when it was interrupted,
# the next run begins again; when two run together, the second waits for the first. PYTHON=... picks a Python.
set -eu

ROOT=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
cd -- "$ROOT"
VENV=$ROOT/.venv
STAMP=$VENV/.bootstrapped
LOCKS='requirements.txt requirements-embedded.txt requirements-test.txt'

say() { printf 'jynco: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

# The path belongs to the stamp because scripts and the .pth file name it: a checkout that was moved is set up anew.
wanted() { { cat $LOCKS bootstrap.sh; printf '%s' "$ROOT"; } | cksum; }
is_ready() { [ -x "$VENV/bin/python" ] && [ "$(cat "$STAMP" 2>/dev/null)" = "$WANTED" ]; }

find_python() {
    [ -z "${PYTHON:-}" ] || set -- "$PYTHON"
    [ -n "${PYTHON:-}" ] || set -- python3.13 python3.12 python3.11 python3 python /usr/bin/python3
    for candidate; do
        "$candidate" -c 'import sys
sys.exit(1) if not (3, 11) <= sys.version_info[:2] <= (3, 13) else print(sys.executable)' 2>/dev/null && return
    done
    die "none of $* is a Python 3.11, 3.12 or 3.13; install one, or name it: PYTHON=/path/to/python ./bootstrap.sh"
}

# The kernel ties this lock to file descriptor 9, which this shell and all it starts keep open: it ends with
# them however they end, so it can never be left behind. Python takes it, for not every system has flock(1).
lock() {
    exec 9>"$ROOT/.venv.lock"
    "$PY" -c 'import fcntl; fcntl.flock(9, fcntl.LOCK_EX)'
}

# uv reads neither pip's settings nor, unless told, the system's certificates; pip trusts both.
lend_pip_settings_to_uv() {
    certificate=${SSL_CERT_FILE:-${PIP_CERT:-$(pip_setting cert)}}
    index=${UV_DEFAULT_INDEX:-${UV_INDEX_URL:-${PIP_INDEX_URL:-$(pip_setting index-url)}}}
    [ -z "$certificate" ] || export SSL_CERT_FILE="$certificate"
    [ -z "$index" ] || export UV_DEFAULT_INDEX="$index"
    for bundle in /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/cert.pem; do
        [ ! -s "$bundle" ] || export UV_SYSTEM_CERTS=true
    done
    export UV_HTTP_TIMEOUT="${UV_HTTP_TIMEOUT:-120}" # seconds; a slow line is no failure
}
pip_setting() { "$PY" -m pip config get "global.$1" 2>/dev/null || true; }

make_venv() {
    if command -v uv >/dev/null 2>&1; then
        UV=uv
        uv venv --quiet --no-project --python "$PY" "$VENV" && return
        rm -rf "$VENV"
    fi
    "$PY" -m venv "$VENV" || die "$PY cannot make a virtual environment; install its venv module (Debian: apt install python3-venv)"
}

# uv's own line of the lock, so that even the installer is checked against a hash.
fetch_uv() {
    sed -n '/^uv==/,/[^\\]$/p' requirements-test.txt >"$VENV/uv.txt"
    "$VENV/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r "$VENV/uv.txt"
}

find_uv() {
    UV=$VENV/bin/uv
    [ -x "$UV" ] || UV=$(command -v uv) || { fetch_uv && UV=$VENV/bin/uv; }
}

install_locks() {
    if find_uv; then
        "$UV" pip sync --quiet --require-hashes --python "$VENV/bin/python" $LOCKS && return
        say 'uv could not install everything; trying again with pip'
    fi
    "$VENV/bin/python" -m pip --version >/dev/null 2>&1 || "$VENV/bin/python" -m ensurepip >/dev/null
    for file in $LOCKS; do set -- "$@" -r "$file"; done
    "$VENV/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes "$@"
}

# The checkout itself cannot be installed in hash mode, so it goes onto the path. -P keeps whatever folder
# `jynco` is called from off it: a config.py or api/ there would hide ours.
join_checkout() {
    "$VENV/bin/python" - "$ROOT" <<'PYTHON'
import pathlib, shlex, sys, sysconfig

root = pathlib.Path(sys.argv[1])
pathlib.Path(sysconfig.get_path("purelib"), "jynco.pth").write_text(f"{root}\n")
command = pathlib.Path(sys.prefix, "bin", "jynco")
command.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.prefix + "/bin/python")} -P -m jynco "$@"\n')
command.chmod(0o755)
PYTHON
}

# Compile what every command imports, once, here: where the environment forbids Python to keep bytecode
# (PYTHONDONTWRITEBYTECODE, read-only images) each process would compile it all again, four times as slow.
warm() {
    env -u PYTHONDONTWRITEBYTECODE "$VENV/bin/python" -c '
from importlib import import_module
for name in ("workers.preload", "jynco.cli.main", "api", "migrations.runner", "alembic.command", "gunicorn.app.wsgiapp"):
    import_module(name)
' || say 'the first command will compile what it imports'
}

WANTED=$(wanted)
is_ready && exit 0

PY=$(find_python)
lock
is_ready && exit 0 # another bootstrap did it while this one waited

say "setting up .venv with $("$PY" --version); only the first time takes long"
[ -f "$STAMP" ] && [ -x "$VENV/bin/python" ] || rm -rf "$VENV"  # without a stamp it was interrupted: trust nothing in it
rm -f "$STAMP"
lend_pip_settings_to_uv
[ -d "$VENV" ] || make_venv
install_locks
join_checkout
warm
printf '%s\n' "$WANTED" >"$STAMP"
