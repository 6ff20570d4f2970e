"""Packs a folder, `pack.py FOLDER ARCHIVE`: the same files give the same bytes. They are in order, have no owners, and
all have the time that SOURCE_DATE_EPOCH says."""

import gzip
import os
import sys
import tarfile
import time
import zipfile

TIME = int(os.environ["SOURCE_DATE_EPOCH"])


def files(folder):
    """The files below a folder, under the names that they get, with their modes."""
    for at, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            path = os.path.join(at, name)
            mode = 0o755 if os.access(path, os.X_OK) else 0o644
            yield path, os.path.relpath(path, os.path.dirname(folder)), mode


def pack_tar(folder, archive):
    with open(archive, "wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as packed:
        with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as tar:
            for path, name, mode in files(folder):
                info = tarfile.TarInfo(name)
                info.mode, info.mtime, info.size = mode, TIME, os.path.getsize(path)
                with open(path, "rb") as file:
                    tar.addfile(info, file)


def pack_zip(folder, archive):
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for path, name, mode in files(folder):
            info = zipfile.ZipInfo(name.replace(os.sep, "/"), time.gmtime(TIME)[:6])
            info.compress_type, info.create_system, info.external_attr = zipfile.ZIP_DEFLATED, 3, (0o100000 | mode) << 16
            with open(path, "rb") as file:
                packed.writestr(info, file.read())


if __name__ == "__main__":
    folder, archive = sys.argv[1:]
    (pack_zip if archive.endswith(".zip") else pack_tar)(os.path.abspath(folder), archive)
