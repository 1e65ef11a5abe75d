#!/usr/bin/env bash
# Builds the wheel with the program in it: ./build.sh PROGRAM [PLATFORM]. The wheel is in dist/.
#
# PROGRAM is `telegram-simulator`, built by `cargo build --release -p any-bot` on the oldest system that the wheel is for; PLATFORM is the tag of that
# system (https://packaging.python.org/en/latest/specifications/platform-compatibility-tags/): macosx_11_0_arm64, win_amd64 ...
# Python (PYTHON; python3 if not said) needs setuptools and wheel.
set -euo pipefail
program=$(realpath "$1")
platform=${2:-manylinux_2_34_x86_64}
cd "$(dirname "$0")"
mkdir -p telegram_simulator/bin
install -m 755 "$program" telegram_simulator/bin/telegram-simulator
trap 'rm -rf telegram_simulator/bin build telegram_simulator.egg-info' EXIT
"${PYTHON:-python3}" -m pip wheel -q --no-deps --no-build-isolation --wheel-dir dist "--config-settings=--build-option=--plat-name=$platform" .
ls dist
