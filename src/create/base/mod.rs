//! A request -> the base interpreter that the environment is made with.
//!
//! The candidates come in a fixed order, each is asked what it is by running it, and the first that fits
//! wins. A virtual environment's Python stands for its base, and a shim for what it leads to.

use std::path::PathBuf;

use crate::error::{Error, shown};
use crate::os;

use super::request::{Form, Kind, Request};

mod ask;
mod cache;
mod candidates;
mod kept;
mod outer;

pub use ask::{Inquiry, is_script};
pub use candidates::within;
pub use outer::behind;

use candidates::Candidate;

/// The first release with a `venv` module.
const FIRST: &[u64] = &[3, 3];

/// An interpreter that was asked.
#[derive(Clone, Debug)]
pub struct Base {
    /// Its file, absolute, as it was found: links kept.
    pub exe: PathBuf,
    /// What it said it is.
    pub kind: Kind,
    /// The directory of its standard library.
    pub stdlib: PathBuf,
    /// What it compiles modules to, where it says so.
    pub bytecode: Option<Bytecode>,
}

/// What an interpreter compiles modules to: it takes no `.pyc` files but of this name and beginning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bytecode {
    /// `cpython-313` (sys.implementation.cache_tag, PEP 3147).
    pub tag: String,
    /// The first bytes of each file (importlib.util.MAGIC_NUMBER).
    pub magic: [u8; 4],
}

impl Bytecode {
    /// None where the interpreter has none. `magic` is in hexadecimal.
    fn of(tag: &str, magic: &str) -> Option<Bytecode> {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
        let is_plain = !tag.is_empty() && tag.chars().all(plain);
        let magic = u32::from_str_radix(magic, 16)
            .ok()
            .filter(|_| magic.len() == 8)?;
        is_plain.then(|| Bytecode {
            tag: tag.to_owned(),
            magic: magic.to_be_bytes(),
        })
    }
}

impl Base {
    /// 13 of 3.13.0.
    pub fn minor(&self) -> u64 {
        self.kind.release.get(1).copied().unwrap_or_default()
    }

    fn can_make_environments(&self) -> bool {
        self.kind.release[..] >= *FIRST
    }
}

/// The base interpreter for `request`.
///
/// # Errors
/// None fits: the error names every interpreter that was seen. Or Ctrl-C.
pub fn choose(request: Option<&Request>, inquiry: &Inquiry<'_>) -> Result<Base, Error> {
    let mut seen = Vec::new();
    let mut last_resort = None;
    let mut passed = Vec::new();
    let mut asked: Vec<PathBuf> = Vec::new();
    for Candidate { path, how } in candidates(request, inquiry) {
        let answer = match outer::behind(&path) {
            Ok(base) if asked.contains(&base) => continue,
            Ok(base) => {
                asked.push(base.clone());
                inquiry.ask(&base)?
            }
            Err(why) => Err(why),
        };
        match answer {
            Ok(base) if fits(request, &base) => {
                return Ok(taken(by_own_name(base, request), how, inquiry));
            }
            Ok(base) => {
                let Base { exe, kind, .. } = &base;
                inquiry
                    .voice
                    .detail(|| format!("passed over {}: it is {kind}", shown(exe)));
                if last_resort.is_none() && fits_at_last(request, &base) {
                    last_resort = Some((seen.len(), how));
                }
                seen.push(base);
            }
            Err(why) => {
                inquiry
                    .voice
                    .detail(|| format!("passed over {}: {why}", shown(&path)));
                passed.push((path, why));
            }
        }
    }
    match last_resort {
        Some((at, how)) => Ok(taken(seen.swap_remove(at), how, inquiry)),
        None => Err(none_fits(request, &seen, &passed)),
    }
}

/// Who asks for a free-threaded build gets it by the name that no other build has, which may be installed over the rest.
fn by_own_name(base: Base, request: Option<&Request>) -> Base {
    let is_asked_for = |request: &Request| match request.form {
        Form::Release { free_threaded, .. } => free_threaded,
        _ => false,
    };
    let Kind {
        release,
        free_threaded,
        ..
    } = &base.kind;
    let [major, minor, ..] = release[..] else {
        return base;
    };
    let name = format!("python{major}.{minor}t{}", os::EXE);
    let exe = base.exe.with_file_name(name);
    match *free_threaded && request.is_some_and(is_asked_for) && os::same_file(&exe, &base.exe) {
        true => Base { exe, ..base },
        false => base,
    }
}

fn taken(base: Base, how: &str, inquiry: &Inquiry<'_>) -> Base {
    let Base { exe, kind, .. } = &base;
    inquiry
        .voice
        .detail(|| format!("base {} ({kind}): {how}", shown(exe)));
    base
}

fn fits(request: Option<&Request>, base: &Base) -> bool {
    let admitted = match request {
        None => !base.kind.free_threaded,
        Some(request) => request.form.admits(&base.kind),
    };
    base.can_make_environments() && admitted
}

/// A free-threaded build serves where it is not asked for only if there is no other.
fn fits_at_last(request: Option<&Request>, base: &Base) -> bool {
    base.can_make_environments()
        && request.is_none_or(|request| request.form.admits_any_build(&base.kind))
}

fn candidates<'a>(
    request: Option<&'a Request>,
    inquiry: &Inquiry<'a>,
) -> Box<dyn Iterator<Item = Candidate> + 'a> {
    let world = inquiry.world;
    match request.map(|request| &request.form) {
        Some(Form::Path(path)) => Box::new(std::iter::once(Candidate {
            path: within(path),
            how: "it was named",
        })),
        Some(Form::Named(name)) => Box::new(kept::pyenv_named(name, world).into_iter()),
        _ => Box::new(candidates::all(world)),
    }
}

/// Why there is no base, with all that was seen.
fn none_fits(request: Option<&Request>, seen: &[Base], passed: &[(PathBuf, String)]) -> Error {
    let mut error = Error::failed(match request {
        None => "there is no Python 3 to make an environment with".to_owned(),
        Some(request) => format!(
            "no Python can be used for `{}`, which {} asks for",
            shown(&request.text),
            request.origin
        ),
    });
    for (at, base) in seen.iter().enumerate() {
        let is_same = |other: &Base| os::same_file(&other.exe, &base.exe);
        if !seen[..at].iter().any(is_same) {
            error = error.cause(told(base));
        }
    }
    let is_path = request.is_some_and(|request| matches!(request.form, Form::Path(_)));
    // Shims that lead nowhere are many and tell little, unless they are all there is.
    if seen.is_empty() {
        error = passed.iter().fold(error, |error, (path, why)| {
            error.cause(format_args!("{}: {why}", shown(path)))
        });
    }
    if seen.is_empty() && passed.is_empty() {
        error = error.cause(match request.map(|request| &request.form) {
            Some(Form::Named(_)) => "pyenv keeps no version of that name",
            _ => "there is none on PATH, and pyenv and uv keep none",
        });
    }
    error.hint(match request {
        None => "install Python 3, or name an interpreter with `-p PATH`",
        Some(_) if is_path => "name another, or let vrun look for one, as with `-p 3`",
        Some(_) => "install one, or take another with `-p REQUEST`, such as `-p 3` or a path",
    })
}

fn told(base: &Base) -> String {
    let old = if base.can_make_environments() {
        ""
    } else {
        ", which has no virtual environments; 3.3 was the first that had"
    };
    format!("{} is {}{old}", shown(&base.exe), base.kind)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::super::request::Origin;
    use super::*;

    #[test]
    fn who_asks_for_a_free_threaded_build_gets_it_by_its_own_name() {
        let dir = tempfile::tempdir().expect("a directory");
        let [plain, own] = ["python3", "python3.13t"].map(|name| {
            let name = format!("{name}{}", os::EXE);
            dir.path().join(name)
        });
        let named = |text: &str, free_threaded| {
            let request = Request {
                form: Form::parse(text).expect("a form"),
                text: text.into(),
                origin: Origin::Wish("--python".into()),
            };
            let base = Base {
                exe: plain.clone(),
                kind: Kind {
                    implementation: "cpython".to_owned(),
                    release: vec![3, 13, 0],
                    suffix: String::new(),
                    free_threaded,
                },
                stdlib: PathBuf::new(),
                bytecode: None,
            };
            by_own_name(base, Some(&request)).exe
        };
        fs::write(&plain, "").expect("a file");
        assert_eq!(named("3.13t", true), plain);
        // Another one of that name.
        fs::write(&own, "").expect("a file");
        assert_eq!(named("3.13t", true), plain);
        fs::remove_file(&own).expect("a file");
        fs::hard_link(&plain, &own).expect("a link");
        assert_eq!(named("3.13t", true), own);
        assert_eq!(named("3", true), plain);
        assert_eq!(named("3.13t", false), plain);
    }
}
