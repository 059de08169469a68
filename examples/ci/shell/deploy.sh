#!/usr/bin/env bash
# Deploy a stack. The refresh removes drift, too.
# Usage: ci/deploy.sh STACK
set -euo pipefail
export PATH="$PWD/.venv/bin:$PATH"

pulumi up --stack "$1" --refresh --yes --skip-preview --suppress-progress --non-interactive \
  --color never
