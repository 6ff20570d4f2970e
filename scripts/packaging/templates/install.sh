#!/bin/sh
# Installs vrun's program for this system, once its sum is what the release says.
#
#   install.sh [--to DIR] [--version VERSION] [--from URL]
#
#   --to       where the program goes: ~/.local/bin, if nothing else is said
#   --from     the address of the release, or a directory with its files
set -eu

die() {
    printf 'install.sh: %s\n  hint: %s\n' "$1" "$2" >&2
    exit 1
}
has() { command -v "$1" >/dev/null 2>&1; }

# What this system is called in the names of the archives.
target() {
    system=$(uname -s)
    machine=$(uname -m)
    # A program for x86_64, as this shell may be, is told so on Apple's own processors too.
    case $system in
    Darwin) [ "$(sysctl -n hw.optional.arm64 2>/dev/null)" != 1 ] || machine=arm64 ;;
    # An emulated bash is told so in every other way.
    MINGW* | MSYS* | CYGWIN*) case ${PROCESSOR_IDENTIFIER:-} in ARM*) machine=arm64 ;; esac ;;
    esac
    case $system:$machine in
    Linux:x86_64 | Linux:amd64) echo x86_64-unknown-linux-musl ;;
    Linux:aarch64 | Linux:arm64) echo aarch64-unknown-linux-musl ;;
    Linux:i?86) echo i686-unknown-linux-musl ;;
    Darwin:arm64) echo aarch64-apple-darwin ;;
    Darwin:x86_64) echo x86_64-apple-darwin ;;
    MINGW*:x86_64 | MSYS*:x86_64 | CYGWIN*:x86_64) echo x86_64-pc-windows-gnu ;;
    MINGW*:arm64 | MSYS*:arm64 | CYGWIN*:arm64) echo aarch64-pc-windows-gnullvm ;;
    *) die "there is no release for $system on $machine" 'cargo install --locked vrun-cli' ;;
    esac
}

# Gets a file of the release.
get() {
    case $from in
    *://*)
        if has curl; then
            curl -fsSL --retry 3 -o "$temp/$1" "$from/$1"
        elif has wget; then
            wget -q -O "$temp/$1" "$from/$1"
        else
            die 'there is neither curl nor wget' 'install one of them'
        fi
        ;;
    *) cp "$from/$1" "$temp/$1" ;;
    esac || die "cannot get $from/$1" 'is there such a release, and is it reachable from here?'
}

sum_of() {
    if has sha256sum; then sha256sum <"$1"; else shasum -a 256 <"$1"; fi | cut -d' ' -f1
}

# Whether a file is some vrun: another program of that name stays what it is.
is_vrun() { LC_ALL=C grep -q 'By this very line a vrun is told from other programs' "$1"; }

version=@VERSION@
from=
to=${HOME:-}/.local/bin
while [ $# -gt 0 ]; do
    case $1:$# in
    --to:1 | --version:1 | --from:1) die "$1 says nothing" "$1 VALUE" ;;
    --to:*) to=$2 ;;
    --version:*) version=$2 ;;
    --from:*) from=$2 ;;
    *) die "there is no option $1" 'install.sh [--to DIR] [--version VERSION] [--from URL]' ;;
    esac
    shift 2
done
from=${from:-@REPOSITORY@/releases/download/v$version}

target=$(target)
name=vrun-$version-$target
program=vrun
archive=$name.tar.gz
case $target in
*-windows-*) program=vrun.exe archive=$name.zip ;;
esac
[ ! -e "$to/$program" ] || is_vrun "$to/$program" || die "$to/$program is another program" '--to DIR names another place'

temp=$(mktemp -d)
trap 'rm -rf "$temp"' EXIT
trap 'exit 130' INT TERM HUP
get sha256sums
get "$archive"
wanted=$(sed -n "s/^\([0-9a-f]*\) [ *]$archive\$/\1/p" "$temp/sha256sums")
[ -n "$wanted" ] || die "$from/sha256sums has no sum of $archive" 'the release is not whole: report it'
[ "$(sum_of "$temp/$archive")" = "$wanted" ] ||
    die "$archive is not what sha256sums says" 'try again; if it stays so, report it, and do not use the file'

case $archive in
*.zip) unzip -q "$temp/$archive" -d "$temp" ;;
*) tar -xzf "$temp/$archive" -C "$temp" ;;
esac
mkdir -p "$to"
# Into place in one step: a vrun that runs goes on.
cp "$temp/$name/$program" "$to/.$program.new"
chmod 755 "$to/.$program.new"
mv -f "$to/.$program.new" "$to/$program"
echo "installed $to/$program ($version)"
case :${PATH:-}: in
*:"$to":*) ;;
*) echo "$to is not on PATH: export PATH=\"$to:\$PATH\"" ;;
esac
