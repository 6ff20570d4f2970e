# shellcheck shell=sh
# The tools of a release, sourced by scripts/release: all go into target/release-tools, none into the user's system.

tools=$PWD/target/release-tools

# Installs what is on PyPI: maturin, and zig as a linker for other systems. Once for each list of versions.
need_tools() {
    has python3 || die 'there is no python3' 'apt install python3-venv'
    list=scripts/packaging/tools.txt
    if ! cmp -s "$list" "$tools/installed"; then
        step "Tools from PyPI, into $tools"
        python3 -m venv "$tools" || die 'python3 makes no environment' 'apt install python3-venv'
        "$tools/bin/pip" -q --disable-pip-version-check install -r "$list" ||
            die 'pip cannot install the tools' "pip download -r $list, to see why"
        cp "$list" "$tools/installed"
    fi
    PATH=$tools/bin:$PATH
}

# Installs a program that only crates.io has, as `need_crate cargo-deb 3.8.0`.
need_crate() {
    [ "$("$tools/bin/$1" --version 2>/dev/null | sed 's/.* //')" = "$2" ] && return
    step "$1 $2 from crates.io, into $tools"
    CARGO_TARGET_DIR=$tools/build cargo install --quiet --locked --root "$tools" --version "=$2" "$1" ||
        die "cargo cannot install $1" "cargo install --locked --version =$2 $1"
    rm -rf "$tools/build"
}
