# shellcheck shell=bash
# The native programs in a Meson folder, the web client in web-client/dist. Needs ui.sh and node.sh.
# Each step tells its failure by hand: `set -e` is asleep in a function that is being tested.

: "${root:?ui.sh comes first}"

# native_setup FOLDER [MESON-OPTION...]: anew where the options are others than the last time.
native_setup() {
    local folder=$root/$1 stamp=$root/$1/.set-up-with
    shift
    if [ -f "$folder/build.ninja" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$*" ]; then
        return 0
    fi
    rm -rf "$folder/build.ninja" "$folder/meson-private" "$folder/meson-info"
    meson setup "$folder" "$root" "$@" || return
    printf '%s\n' "$*" >"$stamp"
}

# native_build FOLDER [MESON-OPTION...]: everything, the tests too.
native_build() {
    native_setup "$@" || return
    ninja -C "$root/$1"
}

# The programs alone, in the ordinary build: what a trial needs.
native_programs() {
    native_setup build || return
    ninja -C "$root/build" signaling/shipinban signaling/shipinbanctl recorder/shipinban-recorder
}

# One digest over everything the web client's build reads.
web_digest() {
    {
        node --version
        find "$root/web-client" \( -name node_modules -o -name dist -o -name out \) -prune \
            -o -type f -print0 | sort -z | xargs -0 sha256sum
    } | sha256sum
}

# web_build: web-client/dist, skipped while its inputs are those it was made from.
web_build() {
    local stamp=$root/web-client/node_modules/.built-from now
    npm_install "$root/web-client"
    now=$(web_digest)
    if [ -d "$root/web-client/dist" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$now" ]; then
        return 0
    fi
    npm run build --prefix "$root/web-client" || return
    printf '%s\n' "$now" >"$stamp"
}
