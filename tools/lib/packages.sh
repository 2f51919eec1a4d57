# shellcheck shell=bash
# Debian packages: tools/packages.txt against what dpkg has. Needs ui.sh.

: "${root:?ui.sh comes first}"

# The packages of the named groups, one a line.
packages_listed() {
    local group
    for group; do
        awk -v group="$group" '$1 == group { print $2 }' "$root/tools/packages.txt"
    done
}

# Those of them that are not installed. One dpkg-query for all, so that this takes no time.
packages_missing() {
    local listed
    listed=$(packages_listed "$@" | sort -u)
    # dpkg-query fails when it knows nothing of a package: that one is then not in its output.
    # shellcheck disable=SC2086 # one word a package
    comm -23 <(printf '%s\n' $listed) <(
        { dpkg-query -W -f '${db:Status-Status} ${Package}\n' $listed 2>/dev/null || true; } |
            awk '$1 == "installed" { print $2 }' | sort -u
    )
    command -v npm >/dev/null || echo npm
}

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    else
        sudo "$@"
    fi
}

# apt-get, with every service that a package brings left unstarted: the tests start their own nginx and
# Janus, and nothing may listen that nobody asked for. Debian asks policy-rc.d before it starts one.
# A shell of its own: its trap takes the policy away however it ends.
apt_quietly() (
    policy=/usr/sbin/policy-rc.d
    if [ ! -e "$policy" ]; then
        trap 'as_root rm -f "$policy"' EXIT
        trap 'exit 130' INT TERM
        printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
        as_root chmod 755 "$policy"
    fi
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 "$@"
)

# The service files that are there, one a line.
services_there() {
    find /lib/systemd/system -maxdepth 1 -name '*.service' -printf '%f\n' 2>/dev/null | sort
}

# services_disable BEFORE: those that have come since do not start at the next boot either.
services_disable() {
    command -v systemctl >/dev/null || return 0
    local came
    came=$(comm -13 <(printf '%s\n' "$1") <(services_there) | grep -v @ || true)
    # shellcheck disable=SC2086 # one word a service
    [ -z "$came" ] || as_root systemctl --quiet disable $came 2>/dev/null || true
}

# packages_install GROUP...: install what is missing; nothing at all when nothing is.
packages_install() {
    command -v dpkg-query >/dev/null ||
        die "this is not Debian: dpkg-query is missing" \
            "install what tools/packages.txt names by other means, then use --no-install"
    local missing
    missing=$(packages_missing "$@" | tr '\n' ' ')
    [ -n "${missing// /}" ] || return 0
    if [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null; then
        die "packages are missing and neither root nor sudo is here: $missing" \
            "run as root: apt-get install --no-install-recommends $missing"
    fi
    say "installing packages: $missing"
    local log=$root/build/test-logs/packages.log services
    services=$(services_there)
    quiet "$log" as_root apt-get -o DPkg::Lock::Timeout=300 update
    # shellcheck disable=SC2086 # one word a package
    quiet "$log" apt_quietly install -y --no-install-recommends $missing
    services_disable "$services"
}
