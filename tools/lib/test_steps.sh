# shellcheck shell=bash
# The steps of tools/test: a row each, and a function step_NAME each. Needs the other libraries.

: "${root:?ui.sh comes first}"

# GROUP NAME KIND [BUILDS THAT IT NEEDS]. KIND tells how its tests are counted.
# shellcheck disable=SC2034 # tools/test walks over it
test_steps=(
    'static scripts check'
    'static layers check'
    'static format check'
    'static cppcheck check'
    'build build-asan build'
    'unit unit-asan meson build-asan'
    'flow flow-asan meson build-asan'
    'build build-tsan build'
    'unit unit-tsan meson build-tsan'
    'fuzz fuzz-asan meson build-asan'
    'build build-search build'
    'fuzz fuzz-million meson build-search'
    'build build build'
    'flood flood meson build'
    'build web-install build'
    'web web-typecheck check web-install'
    'web web-lint check web-install'
    'web web-unit vitest web-install'
    'build web-build build web-install'
    'web web-budget check web-build'
    'bench bench meson build'
    'e2e e2e node build web-install web-build'
    'search search meson build-search'
    'build build-units build'
    'units units check build-units'
)
# Not part of a whole run: what search finds differs from run to run, units needs a machine that lets it boot another.
# shellcheck disable=SC2034 # tools/test leaves them out
test_groups_on_request=' search units '


step_scripts() {
    PYTHONDONTWRITEBYTECODE=1 python3 -m unittest discover -s tools/tests
    shellcheck -x tools/run tools/test tools/bench tools/format tools/supervise tools/lib/*.sh tests/systemd/machine .ci/run
}

step_layers() {
    tools/check-layers
}

step_format() {
    tools/format --check
}

# Leaks are the sanitizers' matter: it knows no g_autofree. A NULL among variable arguments is a pointer in C.
step_cppcheck() {
    cppcheck --enable=warning,portability --error-exitcode=1 --quiet --inline-suppr -j 2 --max-configs=1 \
        --std=c11 --language=c -D_GNU_SOURCE --library=gtk --suppress=missingInclude \
        --suppress=unknownMacro --suppress=memleak --suppress=varFuncNullUB \
        -I. base sfu hall recorder signaling
}

step_build() {
    native_build build
}

# What a sanitizer adds makes gcc see uninitialised variables where there are none; the ordinary build
# keeps that warning.
step_build_asan() {
    native_build build-asan -Db_sanitize=address,undefined -Db_lundef=false \
        -Dc_args=-Wno-maybe-uninitialized
}

step_build_tsan() {
    native_build build-tsan -Db_sanitize=thread -Db_lundef=false \
        -Dc_args=-Wno-maybe-uninitialized
}

# libFuzzer, which only clang has.
step_build_search() {
    CC=clang native_build build-search -Dfuzzing=true -Db_lundef=false
}

# Where the suite's result lies, from the step's name.
step_meson_log() {
    case $1 in
        *-asan) echo "build-asan/meson-logs/$1.json" ;;
        *-tsan) echo "build-tsan/meson-logs/$1.json" ;;
        search | fuzz-million) echo "build-search/meson-logs/$1.json" ;;
        *) echo "build/meson-logs/$1.json" ;;
    esac
}

# meson_suite FOLDER SUITE LOG-NAME TIMEOUT-MULTIPLIER
meson_suite() {
    # A sanitizer's shadow memory may collide with a randomised layout on kernels that use many bits.
    local fixed_layout=()
    ! setarch -R true 2>/dev/null || fixed_layout=(setarch -R)
    local options=$root/tools/sanitizers
    env G_SLICE=always-malloc \
        ASAN_OPTIONS="abort_on_error=1:detect_stack_use_after_return=1:strict_string_checks=1" \
        LSAN_OPTIONS="suppressions=$options/lsan.supp:print_suppressions=0" \
        UBSAN_OPTIONS="halt_on_error=1:abort_on_error=1:print_stacktrace=1" \
        TSAN_OPTIONS="halt_on_error=1:second_deadlock_stack=1:suppressions=$options/tsan.supp" \
        "${fixed_layout[@]}" meson test -C "$1" --no-rebuild --suite "$2" --logbase "$3" \
        --timeout-multiplier "$4" --print-errorlogs
}

step_unit_asan() {
    meson_suite build-asan unit unit-asan 3
}

step_flow_asan() {
    meson_suite build-asan flow flow-asan 3
}

step_unit_tsan() {
    meson_suite build-tsan tsan unit-tsan 6
}

# The stored inputs and seeded mutations of them: the same ones in every run.
step_fuzz_asan() {
    meson_suite build-asan fuzz fuzz-asan 3
}

# A million runs a parser from one seed with libFuzzer, two parsers at a time; then the table of what was reached.
step_fuzz_million() {
    local status=0
    meson_suite build-search million fuzz-million 3 || status=$?
    tests/fuzz/million.py --table build-search/tests/fuzz/million | tee build/test-logs/fuzz-million.table
    return "$status"
}

# Ten million hostile packets at a daemon with a live call, at the speed that users run; then what it cost.
step_flood() {
    local status=0
    FLOOD_PACKETS=10000000 meson test -C build --no-rebuild --logbase flood --timeout-multiplier 5 \
        --print-errorlogs flow-flood || status=$?
    sed -n 's/^# memory/memory/p' build/meson-logs/flood.txt | tee build/test-logs/flood.table
    return "$status"
}

# The load tool, shortly: that it works. How fast things are is asked by tools/bench.
step_bench() {
    meson_suite build bench bench 1
}

# New inputs, a few seconds a parser.
step_search() {
    meson_suite build-search fuzz search 3
}

# As a package would be made.
step_build_units() {
    native_build build-units --prefix=/usr --buildtype=release
}

# The units of packaging/ under a systemd of their own.
step_units() {
    tests/systemd/machine build-units /usr/bin/env MEDIA_PEER="$root/build-units/tests/flow/media_peer" \
        python3 "$root/tests/systemd/test_units.py"
}

step_web_install() {
    npm_install "$root/web-client"
}

step_web_typecheck() {
    npm run typecheck --prefix web-client
}

step_web_lint() {
    npm run lint --prefix web-client
}

step_web_unit() {
    npm test --prefix web-client -- --reporter=default --reporter=json \
        --outputFile.json="$root/build/test-logs/web-unit.json"
}

step_web_build() {
    web_build
}

step_web_budget() {
    npm run budget --prefix web-client
}

step_e2e() {
    npm_install "$root/tests/e2e"
    timeout --kill-after=10 1200 npm test --prefix tests/e2e
}
