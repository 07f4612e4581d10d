#!/bin/sh
# Renew deploy/requirements*.txt from pyproject.toml: every platform, hashes, no index addresses.
set -eu
cd "$(dirname "$0")/.."
.venv/bin/python -m pip install -q --disable-pip-version-check uv
# Writes what is pinned by the further words into the first, under the second.
lock() {
  out=$1; head=$2; shift 2
  {
    echo "# $head; made by \`make lock\`, do not edit."
    .venv/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes \
      --no-emit-index-url --no-header --no-annotate "$@"
  } > "$out.new"
  mv "$out.new" "$out"
}
# An extra is installed beside requirements.txt; the further words say what it takes from there.
extra() {
  name=$1; shift
  sed -n "s/^$name = \[\(.*\)\].*/\1/p" pyproject.toml | tr -d '" ' | tr ',' '\n' |
    lock "deploy/requirements-$name.txt" \
      "The extra \`$name\`, to be installed beside requirements.txt" "$@" -
}
every="Every package with its version and the hashes of its files"
lock deploy/requirements.txt "$every" --upgrade pyproject.toml --group build
lock deploy/requirements-dev.txt "$every" --upgrade pyproject.toml --group build --group dev
# The site of docs/ is made in an environment of its own, without the program.
lock deploy/requirements-docs.txt "What \`make docs\` runs on" --upgrade --group docs
# One package beside those; what it needs is pinned there.
extra meaning --no-deps
# Several, in the versions that are pinned already where they are.
for name in fulltext parquet translate web; do extra "$name" -c deploy/requirements-dev.txt; done
echo "deploy/requirements*.txt are renewed; run make test"
