# shellcheck shell=sh disable=SC2154 # sourced by scripts/release, which sets the variables
# The parts of a release: each writes into $out what it makes.

# Sums of all that is to be downloaded.
write_sums() {
    sums=$(cd "$out" && find . -maxdepth 1 -type f ! -name sha256sums | sed 's,^\./,,' | sort | xargs sha256sum)
    echo "$sums" >"$out/sha256sums"
}

make_sbom() {
    step "What it is made of: vrun-$version.cdx.json"
    # All targets in any case: what is released is one thing.
    # shellcheck disable=SC2086 # words
    python3 scripts/packaging/sbom.py "$(rustc --version | cut -d' ' -f2)" $all_targets >"$out/vrun-$version.cdx.json"
    write_sums
}

# The man page, and the completions under the names that the shells look for: the same for all targets.
describe() {
    build "$host_target"
    texts=$PWD/target/release-texts
    rm -rf "$texts"
    mkdir -p "$texts/completions"
    host=$(binary "$host_target")
    "$host" --man >"$texts/vrun.1"
    "$host" --completions bash >"$texts/completions/vrun"
    "$host" --completions zsh >"$texts/completions/_vrun"
    "$host" --completions fish >"$texts/completions/vrun.fish"
    "$host" --completions powershell >"$texts/completions/vrun.ps1"
    "$host" --completions elvish >"$texts/completions/vrun.elv"
    "$host" --completions nushell >"$texts/completions/vrun.nu"
}

make_archives() {
    step 'The man page and the completions'
    describe
    for target in $targets; do
        step "Archive: $target"
        build "$target"
        case $target in *-windows-*) ending=zip ;; *) ending=tar.gz ;; esac
        folder=$out/vrun-$version-$target
        rm -rf "$folder"
        mkdir "$folder"
        cp "$(binary "$target")" README.md LICENSE-APACHE LICENSE-MIT "$folder"
        cp -r "$texts"/* "$folder"
        python3 scripts/packaging/pack.py "$folder" "$folder.$ending"
        rm -r "$folder"
    done
    write_sums
}

make_wheels() {
    [ -f "$out/vrun-$version.cdx.json" ] || make_sbom
    for target in $targets; do
        # On Linux pip is served by what runs on every distribution.
        case $target in
        *-linux-gnu) continue ;;
        *-linux-musl) tags='manylinux_2_17 musllinux_1_1' ;;
        *) tags=pypi ;;
        esac
        step "Wheel: $target"
        build "$target"
        # shellcheck disable=SC2086 # words
        compiling "$target" maturin build --quiet --release --locked --target "$target" --out "$out" \
            --compatibility $tags --sbom-include "$out/vrun-$version.cdx.json"
    done
    write_sums
}

make_sdist() {
    step 'sdist'
    maturin sdist --out "$out"
    write_sums
}

make_deb() {
    need_crate cargo-deb 3.8.0
    [ -d "${texts:-}" ] || describe
    for target in $targets; do
        case $target in
        x86_64-unknown-linux-musl | aarch64-unknown-linux-musl) ;;
        *) continue ;;
        esac
        step "Debian package: $target"
        build "$target"
        compiling "$target" cargo deb --quiet --no-build --no-strip --target "$target" --output "$out"
    done
    write_sums
}

make_crate() {
    step 'What cargo publish would send'
    cargo publish --dry-run --locked --target-dir "$PWD/target/release-build"
}

make_installers() {
    step 'Installers and manifests'
    python3 scripts/packaging/fill.py "$(field repository)" "$version" "$out"
    python3 scripts/packaging/pack.py "$out/manifests" "$out/manifests.tar.gz"
    write_sums
}

make_again() {
    step 'Again, in another folder'
    again=$(mktemp -d)
    git clone --quiet . "$again/vrun"
    # All but the tools is made once more.
    mkdir "$again/vrun/target"
    ln -s "$tools" "$again/vrun/target/release-tools"
    (cd "$again/vrun" && scripts/release "$version" --targets "$(echo "$targets" | tr ' \n' ,,)" --only \
        "$(echo "$parts" | tr ' ' '\n' | grep -Ev '^(crate|check|again)$' | paste -sd, -)")
    diff "$out/sha256sums" "$again/vrun/target/release-$version/sha256sums" ||
        die 'two builds differ' "look at $again"
    rm -rf "$again"
    echo 'both are the same'
}
