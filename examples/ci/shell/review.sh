#!/usr/bin/env bash
# Review the policies of the program against those of a stack, as one comment on the pull request.
# Usage: ci/review.sh STACK [OPTIONS OF c1policy review], such as `--fail-on weakened`
# Exit code: 0; 2 by `--fail-on`; 1 if there is no review, or the comment cannot be written.
set -euo pipefail
export PATH="$PWD/.venv/bin:$PATH"
here=$(dirname "$0")
stack=$1
shift
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# The output contains text of the program, which must not act as a command of GitHub's log.
[ -z "${GITHUB_ACTIONS:-}" ] || echo "::stop-commands::$(basename "$folder")"
code=0
{
  pulumi stack export --non-interactive --stack "$stack" >"$folder/before.json" &&
    c1policy review --program . --against "$folder/before.json" "$@" >"$folder/report.md"
} || code=$?
# A program that cannot start may also end with 2, but it writes no report.
[ -s "$folder/report.md" ] || code=1
if [ "$code" -ne 0 ] && [ "$code" -ne 2 ]; then
  code=1
  # The comment on an earlier push must not stand for this one.
  printf '%s\n\n%s\n' "## Access policies: not reviewed" \
    "The review of this push failed. The log of its job has the reason." >"$folder/report.md"
fi
cat "$folder/report.md"
[ -z "${GITHUB_ACTIONS:-}" ] || echo "::$(basename "$folder")::"
python3 "$here/post_report.py" review --key "$stack" <"$folder/report.md"
exit "$code"
