# shellcheck shell=sh disable=SC2154 # sourced by scripts/release, which sets the variables
# What was made, installed and run: by pip, pipx, uv and dpkg, and by the installer.

# Says whether a vrun does its main job, in a project of its own, and shims that lead to it.
try_vrun() {
    begin_project "$@"
    runs_python "$@" -q python
    shift
    "$@" -q --shims "$project/shims" python >/dev/null
    runs_python "$label, as a shim" "$project/shims/python"
    rm -rf "$project"
    echo "$label: runs"
}

# The same of one for another processor, with its emulator before it: no kernel starts its shims.
try_emulated() {
    begin_project "$@"
    runs_python "$@" -q python
    rm -rf "$project"
    echo "$label: runs under $2"
}

begin_project() {
    label=$1
    shift
    [ "$("$@" --version)" = "vrun $version" ] || die "$label: not version $version" 'look at its build'
    project=$(cd "$(mktemp -d)" && pwd -P)
    : >"$project/requirements.txt"
}

# Whether a command runs Python in the project's environment.
runs_python() {
    name=$1
    shift
    prefix=$(cd "$project" && "$@" -c 'import sys; print(sys.prefix)') || prefix=
    [ "$prefix" = "$project/.venv" ] || die "$name: Python runs in '$prefix'" 'look above'
}

# The program of an archive, unpacked.
unpacked() {
    folder=vrun-$version-$1
    case $1 in
    *-windows-*) unzip -q -o "$out/$folder.zip" -d "$temp" && echo "$temp/$folder/vrun.exe" ;;
    *) tar -xzf "$out/$folder.tar.gz" -C "$temp" && echo "$temp/$folder/vrun" ;;
    esac
}

try_archives() {
    for target in $targets; do
        case $target in
        "$host_target" | i686-unknown-linux-musl | x86_64-unknown-linux-gnu)
            try_vrun "$target" "$(unpacked "$target")"
            ;;
        *-linux-*)
            emulator=qemu-${target%%-*}-static
            if has "$emulator"; then
                try_emulated "$target" "$emulator" "$(unpacked "$target")"
            else
                echo "not tried: $target, for there is no $emulator (apt install qemu-user-static)"
            fi
            ;;
        x86_64-pc-windows-*)
            # wine's own lacks a DLL that Rust needs.
            prefix=${XDG_CACHE_HOME:-$HOME/.cache}/vrun-tests/prefix
            if has wine && [ -d "$prefix" ]; then
                said=$(WINEPREFIX=$prefix WINEDEBUG=-all timeout 120 wine "$(unpacked "$target")" --version | tr -d '\r') || said=
                [ "$said" = "vrun $version" ] || die "$target: says '$said' under wine" 'look at its build'
                echo "$target: says its version under wine"
            else
                echo "not tried: $target, for there is no wine with a prefix (scripts/wine makes one)"
            fi
            ;;
        *) echo "not tried: $target, which nothing here runs" ;;
        esac
    done
}

try_wheels() {
    # Only what was made here is looked for, and nothing of the user's is touched.
    export PIP_NO_INDEX=1 PIP_FIND_LINKS="$out" UV_NO_INDEX=1 UV_FIND_LINKS="$out" UV_CACHE_DIR="$temp/uv-cache" \
        UV_TOOL_DIR="$temp/uv-tools" UV_TOOL_BIN_DIR="$temp/uv-bin" PIPX_HOME="$temp/pipx" PIPX_BIN_DIR="$temp/pipx-bin"
    python3 -m venv "$temp/pip"
    "$temp/pip/bin/pip" -q install "vrun-cli==$version"
    try_vrun 'pip install vrun-cli' "$temp/pip/bin/vrun"
    pipx install --quiet "vrun-cli==$version" >/dev/null
    try_vrun 'pipx install vrun-cli' "$temp/pipx-bin/vrun"
    uv -q tool install "vrun-cli==$version"
    try_vrun 'uv tool install vrun-cli' "$temp/uv-bin/vrun"
    try_vrun 'uvx --from vrun-cli vrun' uvx -q --from "vrun-cli==$version" vrun
    unset PIP_NO_INDEX PIP_FIND_LINKS UV_NO_INDEX UV_FIND_LINKS
}

try_sdist() {
    python3 -m venv "$temp/sdist"
    CARGO_TARGET_DIR=$PWD/target/release-build "$temp/sdist/bin/pip" -q install "$out/vrun_cli-$version.tar.gz"
    try_vrun 'pip install, from the sdist' "$temp/sdist/bin/vrun"
}

try_deb() {
    has dpkg-deb || return 0
    for deb in "$out"/vrun_*_"$(dpkg --print-architecture)".deb; do
        dpkg-deb -x "$deb" "$temp/deb"
        for file in bin/vrun share/man/man1/vrun.1.gz share/bash-completion/completions/vrun; do
            [ -s "$temp/deb/usr/$file" ] || die "$deb has no $file" 'see Cargo.toml, [package.metadata.deb]'
        done
        try_vrun "$(basename "$deb")" "$temp/deb/usr/bin/vrun"
    done
}

try_installer() {
    sh "$out/install.sh" --from "$out" --to "$temp/installed" >/dev/null
    try_vrun install.sh "$temp/installed/vrun"
}

# Homebrew's formula is Ruby.
try_formula() {
    if has ruby; then ruby -c "$out/manifests/vrun.rb"; else echo 'not tried: vrun.rb, for there is no ruby'; fi
}

make_check() {
    step 'What was made is what it should be'
    python3 scripts/packaging/check.py "$version" "$out" "$PWD" "${CARGO_HOME:-$HOME/.cargo}"
    (cd "$out" && sha256sum --quiet -c sha256sums)
    step 'What was made is installed and run'
    temp=$(mktemp -d)
    trap 'rm -rf "$temp"' EXIT
    try_archives
    if has_made 'vrun_cli-*.whl'; then try_wheels; fi
    if has_made 'vrun_cli-*.tar.gz'; then try_sdist; fi
    if has_made 'vrun_*.deb'; then try_deb; fi
    if has_made install.sh; then try_installer; fi
    if [ -f "$out/manifests/vrun.rb" ]; then try_formula; fi
    rm -rf "$temp"
    trap - EXIT
}

# Whether the release has such a file: not all parts need to have been asked for.
has_made() { [ -n "$(find "$out" -maxdepth 1 -name "$1" | head -n 1)" ]; }
