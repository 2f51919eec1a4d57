# shellcheck shell=bash
# What every script says to people, and where the repository is.

# shellcheck disable=SC2034 # used by whoever sources this
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
program=${0##*/}

say() {
    printf '%s: %s\n' "$program" "$*"
}

# die WHAT [WHAT-TO-DO]
die() {
    printf '%s: error: %s\n' "$program" "$1" >&2
    [ -z "${2:-}" ] || printf '%s  %s\n' "$program:" "$2" >&2
    exit 1
}

# quiet LOG COMMAND...: its output goes to LOG, and the end of it here when it fails.
quiet() {
    local log=$1
    shift
    mkdir -p "$(dirname "$log")"
    if ! "$@" >"$log" 2>&1 </dev/null; then
        tail -n 40 "$log" >&2
        die "'$*' failed" "the whole output is in $log"
    fi
}
