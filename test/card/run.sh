#!/bin/sh
# Unpacks the card check into a temporary folder, runs it and removes the folder: `run.sh [--out DIR] [options of the check]`.
# Needs a shell, gzip and the driver of the card; PyTorch is measured too where `--python` (python3) has it.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

carried() { # NAME: a library of this folder, for a machine that lacks it
  [ -e "$here/lib/$1.gz" ] || return 0
  mkdir -p "$work/lib"
  gzip -dc "$here/lib/$1.gz" >"$work/lib/$1"
  export LD_LIBRARY_PATH="$work/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
  echo "run.sh: this machine has no $1, the carried one is used" >&2
}
has() { # NAME: whether the loader finds it
  for folder in /usr/lib/x86_64-linux-gnu /lib/x86_64-linux-gnu /usr/lib64 /lib64 /usr/lib /usr/local/lib; do
    [ ! -e "$folder/$1" ] || return 0
  done
  { ldconfig -p || /sbin/ldconfig -p; } 2>/dev/null | grep -q "$1"
}

gzip -dc "$here/node.gz" >"$work/node"
chmod 755 "$work/node"
for library in libstdc++.so.6 libgcc_s.so.1 libvulkan.so.1; do
  has "$library" || carried "$library"
done
"$work/node" "$here/unpack.cjs" "$here/files.br" "$work/app"
"$work/node" "$work/app/.build/test/card/check.js" "$@"
