# shellcheck shell=sh disable=SC2154,SC2034 # sourced, and shares its variables
# How a release is compiled, sourced by scripts/release: the same source and the same Rust give the same bytes.

# What is released. For Linux, musl's are static and first to start; gnu's takes users from wherever the system does.
all_targets='x86_64-unknown-linux-musl aarch64-unknown-linux-musl i686-unknown-linux-musl x86_64-unknown-linux-gnu
aarch64-apple-darwin x86_64-apple-darwin x86_64-pc-windows-gnu aarch64-pc-windows-gnullvm'
# Whose binary runs here, and prints the man page and the completions.
host_target=$(uname -m)-unknown-linux-musl

# What zig calls a target, where zig links it: the oldest glibc and macOS among others. Rust links musl's by itself.
zig_target() {
    case $1 in
    x86_64-unknown-linux-gnu) echo x86_64-linux-gnu.2.17 ;;
    aarch64-apple-darwin) echo aarch64-macos.11.0-none ;;
    x86_64-apple-darwin) echo x86_64-macos.11.0-none ;;
    x86_64-pc-windows-gnu) echo x86_64-windows-gnu ;;
    aarch64-pc-windows-gnullvm) echo aarch64-windows-gnu ;;
    esac
}

# Prints a linker for a target. cargo and maturin get the same one, so that what one compiles serves the other. The time
# in a program for Windows is always the same: cargo does not link again for another.
linker() {
    zig=$(zig_target "$1")
    if [ -z "$zig" ]; then
        echo rust-lld
        return
    fi
    mkdir -p "$tools/linkers"
    cat >"$tools/linkers/$1" <<SCRIPT
#!/bin/sh
export SOURCE_DATE_EPOCH=315532800
export CARGO_ZIGBUILD_ZIG_COMMAND='$tools/bin/python3' CARGO_ZIGBUILD_ZIG_COMMAND_ARGS='-m ziglang'
exec '$tools/bin/cargo-zigbuild' zig cc -- -g -fno-sanitize=all -target $zig "\$@"
SCRIPT
    chmod +x "$tools/linkers/$1"
    echo "$tools/linkers/$1"
}

# Prints rustc's flags for a target, separated as cargo takes them. They stand in place of .cargo/config.toml's.
rust_flags() {
    separator=$(printf '\037')
    commit=$(rustc -vV | sed -n 's/^commit-hash: //p')
    printf %s "--remap-path-prefix=$PWD=/vrun"
    printf %s "$separator--remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=/cargo"
    printf %s "$separator--remap-path-prefix=$(rustc --print sysroot)/lib/rustlib/src/rust=/rustc/$commit"
    case $1 in
    *-linux-*) printf %s "$separator-Crelocation-model=static" ;;
    # Linked without symbols: the program's UUID is the sum of what is linked, and they name temporary files.
    *-apple-*) printf %s "$separator-Clink-arg=-Wl,-s" ;;
    esac
}

# Prints where a target is compiled. The linker of the host's own target links build scripts too: among the others it
# would have them all compiled again, and what stands on them.
build_dir() {
    case $1 in
    "$(rustc -vV | sed -n 's/^host: //p')") echo "$PWD/target/release-build/host" ;;
    *) echo "$PWD/target/release-build" ;;
    esac
}

# Runs a command that compiles for a target.
compiling() {
    target=$1
    shift
    name=$(echo "$target" | tr a-z- A-Z_)
    env "CARGO_TARGET_${name}_LINKER=$(linker "$target")" "CARGO_ENCODED_RUSTFLAGS=$(rust_flags "$target")" \
        MACOSX_DEPLOYMENT_TARGET=11.0 CARGO_TARGET_DIR="$(build_dir "$target")" "$@"
}

# Prints where the binary of a target is.
binary() {
    case $1 in *-windows-*) suffix=.exe ;; *) suffix= ;; esac
    echo "$(build_dir "$1")/$1/release/vrun$suffix"
}

# Compiles a target.
build() {
    if [ ! -d "$(rustc --print target-libdir --target "$1")" ]; then
        has rustup || die "rustc has no standard library for $1" 'install Rust with rustup, see https://rustup.rs'
        rustup target add "$1" || die "rustup cannot add $1" "--targets leaves it out; there are: $all_targets"
    fi
    compiling "$1" cargo build --release --locked --target "$1"
}
