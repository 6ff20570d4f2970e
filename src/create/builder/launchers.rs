//! On Windows: the programs with which an environment starts the base interpreter, and those of console scripts.
//!
//! The first come with the base: they read pyvenv.cfg and start its Python (CPython's PC/launcher.c,
//! PC/venvlauncher.c). The second come from distlib, in pip's wheel; a script appends a first line and a zip file.

use std::io::{self, Cursor, ErrorKind, Write};
use std::path::{Path, PathBuf};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::fs::{copy_new, path_error};
use crate::os;
use crate::read::{pe_machine, read_head};

use super::plan::SupportedBase;

/// Whether `base` has a launcher that starts it from where it was found, and pip has one for its processor.
pub(super) fn has_launchers(base: &SupportedBase<'_>) -> bool {
    let library = base.exe.parent().map(|home| home.join("Lib"));
    let is_at_home = library.is_some_and(|library| os::is_same_file(&library, base.stdlib));
    let is_python = |(file, name): (PathBuf, String)| name == "python.exe" && file.is_file();
    is_at_home
        && python_launchers(base).into_iter().any(is_python)
        && launcher_in_wheel(base.exe).is_ok()
}

/// Copies the launchers into the scripts directory (EnvBuilder.setup_python).
pub(super) fn copy_python_launchers(base: &SupportedBase<'_>, scripts: &Path) -> io::Result<()> {
    for (file, name) in python_launchers(base) {
        let to = scripts.join(name);
        // A base may lack some of them.
        if file.is_file() {
            match copy_new(&file, &to) {
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                copied => drop(copied.map_err(|error| path_error("write", &to, &error))?),
            }
        }
    }
    Ok(())
}

/// The launchers that `base` may have, each with its name in an environment.
fn python_launchers(base: &SupportedBase<'_>) -> Vec<(PathBuf, String)> {
    let templates = base.stdlib.join("venv").join("scripts").join("nt");
    let (_, minor) = base.version;
    if minor < 13 {
        // One launcher for each kind of executable that the base has (console, windowed, debug).
        let home = base.exe.parent().unwrap_or(base.exe);
        let own_name = base.exe.file_name().unwrap_or_default().to_string_lossy();
        let usual = ["python.exe", "python_d.exe", "pythonw.exe", "pythonw_d.exe"];
        let names = usual.into_iter().chain([&*own_name]);
        let launcher = |name: &str| (templates.join(name), name.to_owned());
        let names = names.filter(|name| home.join(name).is_file());
        return names.map(launcher).collect();
    }
    let threads = if base.free_threaded { "t" } else { "" };
    let mut files = Vec::new();
    for kind in ["", "w"] {
        let file = templates.join(format!("venv{kind}launcher{threads}.exe"));
        if base.free_threaded {
            files.push((file.clone(), format!("python{kind}3.{minor}t.exe")));
        }
        files.push((file, format!("python{kind}.exe")));
    }
    files
}

/// The script launcher in pip's wheel for the processor that `python` is built for, by its header (distlib's
/// ScriptMaker._get_launcher; the PE format, "COFF File Header"). An error if there is none.
pub(super) fn launcher_in_wheel(python: &Path) -> io::Result<&'static str> {
    let machine = machine_type(python).map_err(|error| path_error("read", python, &error))?;
    match machine {
        Some(0x8664) => Ok("pip/_vendor/distlib/t64.exe"),
        Some(0x014c) => Ok("pip/_vendor/distlib/t32.exe"),
        Some(0xaa64) => Ok("pip/_vendor/distlib/t64-arm.exe"),
        _ => Err(io::Error::other("pip has no launcher for its processor")),
    }
}

fn machine_type(program: &Path) -> io::Result<Option<u16>> {
    let (_, header) = read_head(program, 4096)?;
    Ok(pe_machine(&header))
}

/// A console script: the launcher, the line that it reads, and what Python runs (ScriptMaker._write_script).
pub(super) fn build_script(launcher: &[u8], python: &Path, code: &str) -> io::Result<Vec<u8>> {
    let python = python.as_os_str().as_encoded_bytes();
    let quote: &[u8] = if python.contains(&b' ') { b"\"" } else { b"" };
    let line = [b"#!", quote, python, quote, b"\n\r\n"].concat();
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    zip.start_file("__main__.py", stored)?;
    zip.write_all(code.as_bytes())?;
    let zip = zip.finish()?.into_inner();
    Ok([launcher, &line, &zip].concat())
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use std::fs;

    use super::*;

    #[test]
    fn a_script_is_a_launcher_a_first_line_and_a_zip_file() {
        let script =
            |python: &str| build_script(b"MZ", python.as_ref(), "import x\n").expect("a script");
        let plain = script(r"C:\a\Scripts\python.exe");
        assert!(plain.starts_with(b"MZ#!C:\\a\\Scripts\\python.exe\n\r\nPK"));
        assert!(script(r"C:\a b\python.exe").starts_with(b"MZ#!\"C:\\a b\\python.exe\"\n\r\nPK"));
        let mut archive = zip::ZipArchive::new(Cursor::new(plain)).expect("a zip file");
        let mut code = String::new();
        let mut file = archive.by_name("__main__.py").expect("a file");
        file.read_to_string(&mut code).expect("text");
        assert_eq!(code, "import x\n");
    }

    #[test]
    fn a_programs_header_says_which_launcher_it_needs() {
        let dir = tempfile::tempdir().expect("a directory");
        let file = dir.path().join("python.exe");
        let launcher = |machine: u16| {
            let mut bytes = vec![0; 0x44];
            bytes[..2].copy_from_slice(b"MZ");
            bytes[0x3c] = 0x40;
            bytes[0x40..].copy_from_slice(b"PE\0\0");
            bytes.extend(machine.to_le_bytes());
            bytes.extend([0, 0]);
            fs::write(&file, bytes).expect("a file");
            launcher_in_wheel(&file)
        };
        assert!(launcher(0x8664).expect("a name").ends_with("/t64.exe"));
        assert!(launcher(0x014c).expect("a name").ends_with("/t32.exe"));
        assert!(launcher(0xaa64).expect("a name").ends_with("/t64-arm.exe"));
        launcher(0x1234).expect_err("none");
        fs::write(&file, "MZ").expect("a file");
        launcher_in_wheel(&file).expect_err("none");
    }
}
