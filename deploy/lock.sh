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
# The site of docs/ is made in an environment of its own, without the program.
{
  echo "# What \`make docs\` runs on; made by \`make lock\`, do not edit."
  .venv/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --upgrade \
    --no-emit-index-url --no-header --no-annotate --group docs
} > deploy/requirements-docs.new
mv deploy/requirements-docs.new deploy/requirements-docs.txt
# The extra brings one package beside those; what it needs is pinned there.
{
  echo "# The extra \`meaning\`, to be installed beside requirements.txt; made by \`make lock\`, do not edit."
  sed -n 's/^meaning = \["\(.*\)"\].*/\1/p' pyproject.toml |
    .venv/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-deps \
      --no-emit-index-url --no-header --no-annotate -
} > deploy/requirements-meaning.new
mv deploy/requirements-meaning.new deploy/requirements-meaning.txt
# The extra `fulltext` brings several, in the versions that are pinned already where they are.
{
  echo "# The extra \`fulltext\`, to be installed beside requirements.txt; made by \`make lock\`, do not edit."
  sed -n 's/^fulltext = \["\(.*\)", "\(.*\)"\].*/\1\n\2/p' pyproject.toml |
    .venv/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes \
      -c deploy/requirements-dev.txt --no-emit-index-url --no-header --no-annotate -
} > deploy/requirements-fulltext.new
mv deploy/requirements-fulltext.new deploy/requirements-fulltext.txt
# The extra `parquet` as well.
{
  echo "# The extra \`parquet\`, to be installed beside requirements.txt; made by \`make lock\`, do not edit."
  sed -n 's/^parquet = \["\(.*\)", "\(.*\)"\].*/\1\n\2/p' pyproject.toml |
    .venv/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes \
      -c deploy/requirements-dev.txt --no-emit-index-url --no-header --no-annotate -
} > deploy/requirements-parquet.new
mv deploy/requirements-parquet.new deploy/requirements-parquet.txt
# The extra `web` as well.
{
  echo "# The extra \`web\`, to be installed beside requirements.txt; made by \`make lock\`, do not edit."
  sed -n 's/^web = \["\(.*\)", "\(.*\)"\].*/\1\n\2/p' pyproject.toml |
    .venv/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes \
      -c deploy/requirements-dev.txt --no-emit-index-url --no-header --no-annotate -
} > deploy/requirements-web.new
mv deploy/requirements-web.new deploy/requirements-web.txt
echo "deploy/requirements*.txt are renewed; run make test"
