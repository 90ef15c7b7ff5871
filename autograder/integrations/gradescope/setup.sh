#!/usr/bin/env bash
# Run once, as root, when Gradescope builds the image: a Python with the pinned packages, and the engine.
set -euo pipefail
root="${AUTOGRADER_ROOT:-/autograder}"
cd "$root/source"

find_python() {
  for name in python3.14 python3.13 python3.12 python3.11 python3; do
    if "$name" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      echo "$name"
      return
    fi
  done
  return 1
}

if [ ! -x "$root/venv/bin/python" ]; then
  if ! python="$(find_python)"; then
    apt-get update
    apt-get install --yes python3.12 python3.12-venv || apt-get install --yes python3.11 python3.11-venv
    python="$(find_python)"
  fi
  "$python" -m venv "$root/venv"
fi
python="$root/venv/bin/python"
"$python" -m pip install --requirement requirements.txt
packages="$("$python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')"
rm -rf "$packages/autograder"
cp -R engine/autograder "$packages/"
"$python" -m compileall -q "$packages/autograder"
chmod -R go= .  # checks and references are root's alone; students' code runs as somebody else
"$python" -P -m autograder doctor || true  # which isolation this image gives, for the build's log
