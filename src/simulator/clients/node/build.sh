#!/usr/bin/env bash
# Builds the package with the program in it: ./build.sh PROGRAM, after `npm install`. The .tgz is in this folder.
#
# PROGRAM is `telegram-simulator`, built by `cargo build --release -p any-bot`. A package is for the platform of its program: publish one for each, under
# names such as telegram-simulator-darwin-arm64, or set TELEGRAM_SIMULATOR there.
set -euo pipefail
program=$(realpath "$1")
cd "$(dirname "$0")"
rm -rf dist bin
npx tsc
mkdir bin
install -m 755 "$program" bin/telegram-simulator
npm pack --silent
