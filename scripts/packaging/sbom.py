"""Prints what a release is made of, in CycloneDX's JSON, `sbom.py RUSTC TARGET...`: each crate that is compiled for one
of the targets, with its sum in Cargo.lock. RUSTC is the version of what compiles them."""

import json
import subprocess
import sys

rustc, targets = sys.argv[1], sys.argv[2:]
command = ["cargo", "metadata", "--locked", "--format-version=1", *("--filter-platform=" + one for one in targets)]
metadata = json.loads(subprocess.check_output(command))
packages = {package["id"]: package for package in metadata["packages"]}
nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
root = metadata["resolve"]["root"]


def sums():
    """The SHA-256 of each crate's file, as Cargo.lock has them."""
    with open("Cargo.lock") as file:
        for block in file.read().split("[[package]]")[1:]:
            fields = dict(line.split(" = ", 1) for line in block.splitlines() if line.endswith('"'))
            yield tuple(fields.get(key, "").strip('"') for key in ("name", "version", "checksum"))


def needed(identity):
    """What a package needs to be compiled or to run, but not what its tests need."""
    dependencies = nodes[identity]["deps"]
    return sorted(dep["pkg"] for dep in dependencies if any(kind["kind"] != "dev" for kind in dep["dep_kinds"]))


def name(identity):
    package = packages[identity]
    return "pkg:cargo/%s@%s" % (package["name"], package["version"])


def component(identity):
    package = packages[identity]
    made = {
        "type": "application" if identity == root else "library",
        "bom-ref": name(identity),
        "name": package["name"],
        "version": package["version"],
        "purl": name(identity),
    }
    # An SPDX expression; in old crates a slash stands for `OR`.
    if package["license"]:
        made["licenses"] = [{"expression": package["license"].replace("/", " OR ")}]
    if checksums[package["name"], package["version"]]:
        made["hashes"] = [{"alg": "SHA-256", "content": checksums[package["name"], package["version"]]}]
    return made


checksums = {(crate, version): checksum for crate, version, checksum in sums()}
found, left = set(), [root]
while left:
    identity = left.pop()
    if identity not in found:
        found.add(identity)
        left += needed(identity)
print(
    json.dumps(
        {
            "bomFormat": "CycloneDX",
            "specVersion": "1.5",
            "version": 1,
            "metadata": {
                "component": component(root),
                "tools": {"components": [{"type": "application", "name": "rustc", "version": rustc}]},
            },
            "components": [component(identity) for identity in sorted(found - {root}, key=name)],
            "dependencies": [
                {"ref": name(identity), "dependsOn": [name(dep) for dep in needed(identity)]}
                for identity in sorted(found, key=name)
            ],
        },
        indent=1,
    )
)
