# shellcheck shell=bash
# Node.js: the system's where it is new enough, else the one pinned in tools/node. Needs ui.sh.

: "${root:?ui.sh comes first}"

# Vite 8 wants ^20.19 or >= 22.12.
node_suffices() {
    command -v npm >/dev/null && command -v node >/dev/null || return 1
    local version major minor
    version=$(node --version) || return 1
    IFS=. read -r major minor _ <<<"${version#v}"
    if [ "$major" = 20 ]; then
        [ "$minor" -ge 19 ]
    elif [ "$major" = 22 ]; then
        [ "$minor" -ge 12 ]
    else
        [ "$major" -gt 22 ]
    fi
}

# npm_install FOLDER: `npm ci`, unless FOLDER/node_modules was made from the same lock file.
npm_install() {
    local folder=$1 stamp=$1/node_modules/.installed-from now
    now="$(node --version) $(sha256sum <"$folder/package-lock.json")"
    [ "$(cat "$stamp" 2>/dev/null)" != "$now" ] || return 0
    say "npm ci in ${folder#"$root/"}"
    quiet "$root/build/test-logs/npm-${folder##*/}.log" \
        npm ci --prefix "$folder" --no-audit --no-fund --no-update-notifier
    printf '%s\n' "$now" >"$stamp"
}

# Put a Node.js that suffices first in PATH.
node_ensure() {
    node_suffices && return 0
    command -v npm >/dev/null ||
        die "npm is missing" "apt-get install --no-install-recommends npm"
    npm_install "$root/tools/node"
    # The platform's package holds the program; npm makes no link for a program named node.
    local modules=$root/tools/node/node_modules platform
    for platform in "$modules"/node-linux-*/bin; do
        PATH=$platform:$modules/.bin:$PATH
    done
    export PATH
    hash -r
    node_suffices ||
        die "no Node.js of at least 20.19 could be had (found: $(node --version 2>&1))" \
            "install one and put it first in PATH"
}
