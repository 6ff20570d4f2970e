"""Checks a release's files without running them, `check.py VERSION RELEASE SECRET...`: that each is for the
system that its name says, and starts there; that wheels and archives hold the same program; that what names files of
the release names ones that are there. No program may contain a SECRET: a path of this machine."""

import glob
import hashlib
import os
import re
import struct
import sys
import tarfile
import tomllib
import zipfile

version, release = sys.argv[1:3]
secrets = [secret.encode() for secret in sys.argv[3:]]
time = int(os.environ["SOURCE_DATE_EPOCH"])
# The numbers of the processors in the heads of ELF, Mach-O and PE files; the tags of the wheels.
MACHINES = {"elf x86_64": 62, "elf aarch64": 183, "elf i686": 3, "mach aarch64": 0x0100000C, "mach x86_64": 0x01000007}
MACHINES.update({"pe x86_64": 0x8664, "pe aarch64": 0xAA64})
TAGS = {
    "x86_64-unknown-linux-musl": "manylinux2014_x86_64.manylinux_2_17_x86_64.musllinux_1_1_x86_64",
    "aarch64-unknown-linux-musl": "manylinux2014_aarch64.manylinux_2_17_aarch64.musllinux_1_1_aarch64",
    "i686-unknown-linux-musl": "manylinux2014_i686.manylinux_2_17_i686.musllinux_1_1_i686",
    "aarch64-apple-darwin": "macosx_11_0_arm64",
    "x86_64-apple-darwin": "macosx_11_0_x86_64",
    "x86_64-pc-windows-gnu": "win_amd64",
    "aarch64-pc-windows-gnullvm": "win_arm64",
}
TEXTS = ["README.md", "LICENSE-APACHE", "LICENSE-MIT", "vrun.1"]
TEXTS += ["completions/" + name for name in ("vrun", "_vrun", "vrun.fish", "vrun.ps1", "vrun.elv", "vrun.nu")]


def check(holds, what):
    if not holds:
        sys.exit("check.py: " + what)


def unpack(archive):
    """The files of an archive."""
    if archive.endswith(".zip"):
        with zipfile.ZipFile(archive) as packed:
            return {name: packed.read(name) for name in packed.namelist()}
    with tarfile.open(archive) as packed:
        members = packed.getmembers()
        check({member.mtime for member in members} == {time}, archive + " has times of its own")
        return {member.name: packed.extractfile(member).read() for member in members}


def check_elf(code, target):
    (machine,) = struct.unpack_from("<H", code, 18)
    check(machine == MACHINES["elf " + target.split("-")[0]], target + " is for another processor")
    interpreter = re.search(rb"/lib[\w/.-]*/ld-[\w.-]+", code[:4096])
    check(bool(interpreter) == target.endswith("gnu"), target + " starts with %s" % interpreter)
    glibc = [tuple(map(int, found.split(b"."))) for found in re.findall(rb"GLIBC_(2\.\d+)", code)]
    check(not glibc or max(glibc) <= (2, 17), target + " needs glibc 2.%d" % max(glibc, default=(2, 0))[1])


def check_mach(code, target):
    machine, commands = struct.unpack_from("<4xI8xI", code)
    check(machine == MACHINES["mach " + target.split("-")[0]], target + " is for another processor")
    at, signature, oldest = 32, None, None
    for _ in range(commands):
        command, size = struct.unpack_from("<2I", code, at)
        if command == 0x1D:
            signature = struct.unpack_from("<I", code, at + 8)[0]
        if command == 0x32:
            oldest = struct.unpack_from("<I", code, at + 12)[0]
        at += size
    check(oldest == 11 << 16, target + " is not for macOS 11.0")
    # Apple's own processors start nothing without a signature; an ad hoc one has the sums of the pages.
    check(signature or "aarch64" not in target, target + " is not signed")
    if signature:
        check_signature(code, signature, target)


def check_signature(code, at, target):
    (first,) = struct.unpack_from(">16xI", code, at)
    directory = at + first
    magic, sums, pages, end, page = struct.unpack_from(">I12xI8xII3xB", code, directory)
    check(magic == 0xFADE0C02, target + " has no code directory first")
    for number in range(pages):
        text = code[number << page : min(end, (number + 1) << page)]
        written = code[directory + sums + 32 * number :][:32]
        check(hashlib.sha256(text).digest() == written, target + ": page %d is not what is signed" % number)


def check_pe(code, target):
    (head,) = struct.unpack_from("<I", code, 60)
    machine, made = struct.unpack_from("<4xH2xI", code, head)
    check(machine == MACHINES["pe " + target.split("-")[0]], target + " is for another processor")
    check(made == 315532800, target + " has a time of its own")


def check_archive(archive):
    folder = re.sub(r"\.(zip|tar\.gz)$", "", os.path.basename(archive))
    target = folder.removeprefix("vrun-%s-" % version)
    files = unpack(archive)
    program = "vrun.exe" if "-windows-" in target else "vrun"
    wanted = {folder + "/" + name for name in [program, *TEXTS]}
    check(set(files) == wanted, "%s: %s" % (archive, set(files) ^ wanted))
    check(all(files.values()), archive + " has an empty file")
    code = files[folder + "/" + program]
    for secret in secrets:
        check(secret not in code, "%s names %s" % (target, secret.decode()))
    kinds = {b"\x7fELF": check_elf, b"\xcf\xfa\xed\xfe": check_mach, b"MZ\x90\x00": check_pe, b"MZx\x00": check_pe}
    kinds[code[:4]](code, target)
    tag = TAGS.get(target)
    wheel = os.path.join(release, "vrun_cli-%s-py3-none-%s.whl" % (version, tag))
    if tag and glob.glob(os.path.join(release, "*.whl")):
        name = "vrun_cli-%s.data/scripts/%s" % (version, program)
        check(unpack_wheel(wheel)[name] == code, wheel + " has another program")
    print(folder)


def unpack_wheel(wheel):
    with zipfile.ZipFile(wheel) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def check_binstall(archives):
    """That what cargo-binstall would get is there."""
    with open("Cargo.toml", "rb") as file:
        binstall = tomllib.load(file)["package"]["metadata"]["binstall"]
    overrides = binstall.pop("overrides")
    urls = [binstall["pkg-url"].replace("{ target }", target) for target in TAGS if "-windows-" not in target]
    for url in urls + [override["pkg-url"] for override in overrides.values()]:
        name = url.replace("{ version }", version).rsplit("/", 1)[1]
        check(name in archives, "cargo-binstall looks for " + name)


def main():
    archives = glob.glob(os.path.join(release, "vrun-%s-*.tar.gz" % version))
    archives += glob.glob(os.path.join(release, "vrun-%s-*.zip" % version))
    check(archives, "there is no archive")
    for archive in sorted(archives):
        check_archive(archive)
    if len(archives) == len(TAGS) + 1:
        check_binstall([os.path.basename(archive) for archive in archives])
    for text in glob.glob(os.path.join(release, "install.*")) + glob.glob(os.path.join(release, "manifests/**/*.*")):
        with open(text) as file:
            check(not re.search("@[A-Z ]+@", file.read()), text + " is not filled in")


main()
