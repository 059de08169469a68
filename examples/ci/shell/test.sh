#!/usr/bin/env bash
# Run the tests of the policies. They need neither a tenant nor Pulumi's backend.
# Usage: ci/test.sh [OPTIONS OF PYTEST]
set -euo pipefail
export PATH="$PWD/.venv/bin:$PATH"

pytest "$@"
