"""Fills the templates from a release's sums, `fill.py REPOSITORY VERSION RELEASE`: the installers beside its files, the
manifests and recipes into RELEASE/manifests."""

import os
import re
import shutil
import sys

repository, version, release = sys.argv[1:]
templates = os.path.join(os.path.dirname(os.path.abspath(__file__)), "templates")
owner = repository.rstrip("/").split("/")[-2]

with open("Cargo.toml") as file:
    description = re.search('^description = "(.*)"$', file.read(), re.M).group(1)
with open(os.path.join(release, "sha256sums")) as file:
    sums = dict(reversed(line.split()) for line in file)
plain = {"DESCRIPTION": description, "OWNER": owner, "REPOSITORY": repository, "VERSION": version}
plain["RELEASE"] = "%s/releases/download/v%s" % (repository, version)


def value(match):
    """What stands in place of `@NAME@` or `@NAME TARGET@`."""
    name, target = match.group(1), match.group(2)
    if target is None:
        return plain[name]
    folder = "vrun-%s-%s" % (version, target)
    archive = folder + (".zip" if "-windows-" in target else ".tar.gz")
    return {"FOLDER": folder, "ARCHIVE": archive, "SUM": sums.get(archive) or missing(archive)}[name]


def missing(archive):
    raise Missing(archive)


class Missing(Exception):
    """An archive that this release does not have."""


def fill(text):
    return re.sub(r"@([A-Z]+)(?: ([\w-]+))?@", value, text)


shutil.rmtree(os.path.join(release, "manifests"), ignore_errors=True)
for at, _, names in os.walk(templates):
    for name in sorted(names):
        place = os.path.join(release, "manifests", os.path.relpath(at, templates))
        if name.startswith("install."):
            place = release
        with open(os.path.join(at, name)) as file:
            try:
                filled = fill(file.read())
            except Missing as archive:
                print("not made: %s, for there is no %s" % (fill(name), archive))
                continue
        os.makedirs(place, exist_ok=True)
        with open(os.path.join(place, fill(name)), "w", newline="\n") as file:
            file.write(filled)
