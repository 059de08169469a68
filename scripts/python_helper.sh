#!/bin/sh
# Start one of the two Python helpers that a Pulumi CLI needs beside it, under whose name this is called:
# the language host runs programs, the dynamic provider serves their resources. Both use the Python that a
# program's Pulumi.yaml names, else $PULUMI_PYTHON_CMD, else python3. Where that python3 knows nothing of
# this package, this clone's .venv takes its place, so that a program need not be told where it is.
set -eu

tools=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
root=$(dirname -- "$tools")
knows_package='from importlib.util import find_spec as f; raise SystemExit(not (f("pulumi") and f("pulumi_c1policy")))'
if [ -z "${PULUMI_PYTHON_CMD:-}" ] && ! python3 -P -c "$knows_package" >/dev/null 2>&1; then
    PULUMI_PYTHON_CMD=$root/.venv/bin/python
    export PULUMI_PYTHON_CMD
fi
case ${0##*/} in
pulumi-language-python)
    exec "$root/.venv/bin/python" "$root/scripts/language_host.py" \
        --executor "$tools/bin/pulumi-language-python-exec" "$@"
    ;;
*) exec "$tools/lib/pulumi-resource-pulumi-python" "$@" ;;
esac
