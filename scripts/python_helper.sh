#!/bin/sh
# One of the two Python helpers beside the Pulumi CLI; the name of the link selects it.
# The language host runs programs, and the dynamic provider serves their resources.
# Both use the Python that a program's Pulumi.yaml names, else $PULUMI_PYTHON_CMD, else python3.
# If that python3 lacks this package, the clone's .venv replaces it: a program needs no setting.
set -eu

tools=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
root=$(dirname -- "$tools")
has_package='from importlib.util import find_spec as f; raise SystemExit(not (f("pulumi") and f("pulumi_c1policy")))'
if [ -z "${PULUMI_PYTHON_CMD:-}" ] && ! python3 -P -c "$has_package" >/dev/null 2>&1; then
    PULUMI_PYTHON_CMD=$root/.venv/bin/python
    export PULUMI_PYTHON_CMD
fi
case ${0##*/} in
pulumi-language-python)
    exec "$root/.venv/bin/python" "$root/scripts/start_language_host.py" \
        --executor "$tools/bin/pulumi-language-python-exec" "$@"
    ;;
*) exec "$tools/lib/pulumi-resource-pulumi-python" "$@" ;;
esac
