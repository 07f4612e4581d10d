#!/bin/sh
# Renew deploy/requirements*.txt from pyproject.toml: every platform, hashes, no index addresses.
set -eu
cd "$(dirname "$0")/.."
.venv/bin/python -m pip install -q --disable-pip-version-check uv
lock() {
  out=$1; shift
  {
    echo "# Every package with its version and the hashes of its files; made by \`make lock\`, do not edit."
    .venv/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --upgrade \
      --no-emit-index-url --no-header --no-annotate pyproject.toml --group build "$@"
  } > "$out.new"
  mv "$out.new" "$out"
}
lock deploy/requirements.txt
lock deploy/requirements-dev.txt --group dev
echo "deploy/requirements*.txt are renewed; run make test"
