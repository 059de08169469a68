#!/usr/bin/env bash
# Preview a stack, and write the output into one comment on the pull request.
# Usage: ci/preview.sh STACK
# Exit code: that of `pulumi preview`; 1 if the comment cannot be written.
set -euo pipefail
export PATH="$PWD/.venv/bin:$PATH"
here=$(dirname "$0")
report=$(mktemp)
trap 'rm -f "$report"' EXIT

# The output contains text of the tenant, which must not act as a command of GitHub's log.
[ -z "${GITHUB_ACTIONS:-}" ] || echo "::stop-commands::$(basename "$report")"
code=0
pulumi preview --stack "$1" --refresh --diff --suppress-progress --non-interactive \
  --color never 2>&1 | tee "$report" || code=$?
[ -z "${GITHUB_ACTIONS:-}" ] || echo "::$(basename "$report")::"
python3 "$here/post_report.py" comment --key "$1" <"$report"
exit "$code"
