#!/usr/bin/env bash
# Compare the tenant with stacks; open or update one issue about drift, or close it.
# Usage: ci/drift.sh [OPTIONS OF c1policy drift], such as `ci/drift.sh --stack acme/prod`
# Exit code: 0 in sync, 2 drift, 1 error. An error leaves the issue as it is.
set -euo pipefail
export PATH="$PWD/.venv/bin:$PATH"
here=$(dirname "$0")
report=$(mktemp)
trap 'rm -f "$report"' EXIT

code=0
c1policy drift "$@" --format markdown >"$report" || code=$?
cat "$report"
# A program that cannot start may also end with 2, but it writes no report.
[ -s "$report" ] || code=1
case "$code" in
  0) python3 "$here/post_report.py" in-sync ;;
  2) python3 "$here/post_report.py" drift <"$report" ;;
  *) echo "error: the tenant was not compared; the issue stays as it is" >&2 && exit 1 ;;
esac
exit "$code"
