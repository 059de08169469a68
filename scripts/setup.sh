#!/bin/sh
# Find a Python for the set-up, and run it: see environment.py. $PYTHON, if set, is tried first.
set -eu

cd -- "$(dirname -- "$0")/.."
suits='import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))'
# Prefer an existing environment to PATH: a changed PATH must not discard it.
for python in ${PYTHON:+"$PYTHON"} .venv/bin/python python3 python3.14 python3.13 python3.12 python3.11; do
    if "$python" -c "$suits" >/dev/null 2>&1; then
        exec "$python" -m scripts.environment
    fi
done
echo "This needs Python 3.11 or later with its venv module, and found none on PATH." >&2
echo "Install it (on Debian and Ubuntu: apt install python3 python3-venv), or set PYTHON to its path." >&2
exit 1
