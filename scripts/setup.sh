#!/bin/sh
# Find a Python that can run the set-up, and run it: see environment.py. $PYTHON, if set, is tried first.
set -eu

cd -- "$(dirname -- "$0")/.."
suits='import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))'
# An environment from before comes ahead of PATH, so that a changed PATH does not throw it away.
for python in ${PYTHON:+"$PYTHON"} .venv/bin/python python3 python3.13 python3.12 python3.11; do
    if "$python" -c "$suits" >/dev/null 2>&1; then
        exec "$python" -m scripts.environment
    fi
done
echo "This needs Python 3.11 or later with its venv module, and found none on PATH." >&2
echo "Install it (on Debian and Ubuntu: apt install python3 python3-venv), or set PYTHON to its path." >&2
exit 1
