//! A broken environment -> one that works, with the packages that it had.
//!
//! The order: its Python first, then what names another place. An interpreter of the minor version that the
//! packages are for is put in the place of a lost one; where there is none, the environment is made anew on the
//! best there is, and the old one stays until the new one is whole. Files are replaced one by one by a rename,
//! so a repair that is interrupted can be taken up again.

use std::fs;
use std::io;
use std::path::Path;

use crate::create::{self, Existing, Note, Occasion, Options, Order, Place, Seeding, Wish};
use crate::error::{Error, reason, shown, typed};
use crate::requirements;
use crate::venv::health::{self, Ill, Mend, Series};
use crate::venv::{self, MARKER, Venv};
use crate::voice::Voice;
use crate::world::World;

mod astray;
mod keepsakes;
mod mentions;
mod moved;
mod packages;
mod plan;
mod script;
mod scripts;

pub use astray::{imports, scripts as astray_scripts};
pub use moved::{Kind, Stale, stale};
pub use plan::of as plan;

/// An environment to be repaired.
#[derive(Clone, Copy)]
pub struct Case<'a> {
    /// Its directory.
    pub root: &'a Path,
    /// The project that it is for.
    pub project: Option<&'a Path>,
    /// The user's home directory.
    pub home: Option<&'a Path>,
    /// Whether it was named: then even another system's is made anew.
    pub is_named: bool,
    /// What Python was asked for.
    pub wish: Option<&'a Wish>,
    /// Whose variables and cache.
    pub world: &'a World,
    /// How much is said.
    pub voice: Voice,
}

/// Mends what can be mended.
///
/// # Errors
/// It is another system's, and was not named (126); there is no interpreter, or a package cannot be had for it;
/// a file cannot be written; Ctrl-C. What it was before is there then.
pub fn repair(case: &Case<'_>) -> Result<(), Error> {
    let ills = health::of(case.root);
    let is_graver = |ill: &&Ill| !matches!(ill, Ill::Unsaid { .. });
    let ill = ills.iter().find(is_graver);
    let mended = match ill.map(|ill| (ill, ill.mend())) {
        None => fits(case).map(|()| false)?,
        Some((ill, mend)) => {
            if let Some(refusal) = refusal(ill, case) {
                return Err(refusal);
            }
            // First, so that what is made anew comes from the project as it lies now, not from its original.
            create::alone(case.root, case.voice, || rename(case))?;
            match mend {
                Mend::Repair => python(ill, case)?,
                _ => rebuild(case)?,
            }
            true
        }
    };
    let isolated = create::alone(case.root, case.voice, || isolate(case))?;
    let renamed = create::alone(case.root, case.voice, || rename(case))?;
    let back = create::alone(case.root, case.voice, || scripts::bring_back(case))?;
    if !mended && !isolated && !renamed && !back {
        case.voice.tell(format_args!(
            "there is nothing to mend in {}",
            shown(case.root)
        ));
    }
    Ok(())
}

/// Whether an environment that is sound is what was asked for.
fn fits(case: &Case<'_>) -> Result<(), Error> {
    let Some(wish) = case.wish else {
        return Ok(());
    };
    let venv = Venv::open(case.root)?;
    create::request::check(&venv, wish, case.world).map_err(|error| {
        let at = typed(case.root);
        error.hint(format!(
            "`vrun --create --clear --env {at} -p REQUEST` makes it anew, without its packages"
        ))
    })
}

/// Why it is not mended, if it is not.
fn refusal(ill: &Ill, case: &Case<'_>) -> Option<Error> {
    let what = format!("{} {}", shown(case.root), ill.what());
    let refused = Error::refused(what).cause(ill.cause());
    match ill.mend() {
        Mend::Access => Some(refused.hint(ill.access())),
        Mend::Beside(name) if !case.is_named => Some(refused.hint(format!(
            "`export VRUN_NAME={name}` has vrun make one for this system beside it"
        ))),
        _ => None,
    }
}

/// Gives it a Python again.
fn python(ill: &Ill, case: &Case<'_>) -> Result<(), Error> {
    create::alone(case.root, case.voice, || restore_cfg(ill, case.root))?;
    let venv = Venv::open(case.root)?;
    // What was asked for may be what it is for already.
    let is_other = |wish| create::request::check(&venv, wish, case.world).is_err();
    if !case.wish.is_some_and(is_other) && create::stand_in::exists(&venv, case.world, case.voice)?
    {
        let options = Options {
            existing: Existing::Upgraded,
            seeding: seeding(case.root),
            ..Options::default()
        };
        let case = &Case {
            wish: None,
            ..*case
        };
        return create::make(&order(case, &options, None));
    }
    rebuild(case)
}

/// One that had no pip, such as uv's, gets none.
fn seeding(root: &Path) -> Seeding {
    let sites = venv::site_packages(root);
    match sites.is_empty() || sites.iter().any(|site| site.join("pip").is_dir()) {
        true => Seeding::Bundled,
        false => Seeding::Nothing,
    }
}

/// A pyvenv.cfg that says nothing, or cannot be read as one, is put aside for one that says the version, which
/// the packages' own directory tells.
fn restore_cfg(ill: &Ill, root: &Path) -> Result<(), Error> {
    let is_of_cfg = matches!(
        ill,
        Ill::NotUtf8 { .. } | Ill::TooLarge { .. } | Ill::Empty { .. } | Ill::Homeless { .. }
    );
    let cfg = root.join(MARKER);
    let says_version = Venv::open(root).is_ok_and(|venv| venv.cfg.version.is_some());
    if !is_of_cfg || says_version {
        return Ok(());
    }
    let cannot = |error: io::Error| cannot(root, &error);
    let version = Series::of_library(root).map(|series| format!("version = {series}\n"));
    if fs::metadata(&cfg).map_err(cannot)?.len() > 0 {
        fs::copy(&cfg, root.join("pyvenv.cfg.old")).map_err(cannot)?;
    }
    create::rewrite(&cfg, version.unwrap_or_default().as_bytes()).map_err(cannot)
}

/// Makes it anew with the packages that it had. The old one stays until the new one is whole.
fn rebuild(case: &Case<'_>) -> Result<(), Error> {
    let wanted = packages::installed(case.root);
    let options = Options {
        existing: Existing::Cleared,
        system_site_packages: sees_the_systems(case.root),
        prompt: Venv::open(case.root).ok().and_then(|venv| venv.cfg.prompt),
        ..Options::default()
    };
    let note = requirements::kept(case.root);
    create::make_with(
        &order(case, &options, note.as_ref()),
        &|staged, workshop| {
            // Before what is installed: pip may be told in them where to get that (pip.conf).
            let came = keepsakes::bring_along(case.root, staged);
            let came = came.map_err(|error| cannot(case.root, &error))?;
            if !came.is_empty() {
                case.voice.tell(keepsakes::told(&came));
            }
            packages::install(&wanted, staged, case, workshop)
        },
    )?;
    requirements::stand(&Venv::open(case.root)?);
    Ok(())
}

fn cannot(root: &Path, error: &io::Error) -> Error {
    Error::failed(format!("cannot repair {}", shown(root))).cause(reason(error))
}

fn sees_the_systems(root: &Path) -> bool {
    Venv::open(root).is_ok_and(|venv| venv.cfg.system_site_packages == Some(true))
}

/// Has a pyvenv.cfg that does not say whether the base interpreter's packages are seen say that they are not: every
/// maker says so unless it was asked for the other. Whether it did.
fn isolate(case: &Case<'_>) -> Result<bool, Error> {
    if Venv::open(case.root)?.cfg.system_site_packages.is_some() {
        return Ok(false);
    }
    let cfg = case.root.join(MARKER);
    let written = || {
        let mut text = fs::read(&cfg)?;
        if !text.is_empty() && !text.ends_with(b"\n") {
            text.push(b'\n');
        }
        text.extend_from_slice(b"include-system-site-packages = false\n");
        create::rewrite(&cfg, &text)
    };
    written().map_err(|error| unwritten(case.root, &cfg, &error))?;
    case.voice.tell(format_args!(
        "the base interpreter's packages are no longer seen in {}",
        shown(case.root)
    ));
    Ok(true)
}

fn order<'a>(case: &Case<'a>, options: &'a Options, note: Option<&'a Note>) -> Order<'a> {
    Order {
        place: Place {
            at: case.root,
            project: case.project,
        },
        wish: case.wish,
        options,
        occasion: Occasion::Asked,
        note,
        world: case.world,
        voice: case.voice,
    }
}

/// Has every file that names another place name this one. Whether there was one.
fn rename(case: &Case<'_>) -> Result<bool, Error> {
    let mut stale = stale(case.root, case.home);
    if stale.is_empty() {
        return Ok(false);
    }
    // Whoever takes up what was cut off here knows by these files what is left: RECORD goes before what it
    // lists, and last what tells the old place.
    let texts = stale
        .iter()
        .map(|stale| (stale.file.clone(), stale.text.clone()));
    create::update_records(case.root, &texts.collect())
        .map_err(|(file, error)| unwritten(case.root, &file, &error))?;
    stale.sort_by_key(|stale| match stale.kind {
        Kind::Script | Kind::Editable => 0,
        Kind::Activation if !stale.file.ends_with("activate") => 1,
        Kind::Cfg => 2,
        Kind::Activation => 3,
    });
    for Stale { file, text, .. } in &stale {
        create::rewrite(file, text).map_err(|error| unwritten(case.root, file, &error))?;
    }
    let (root, files) = (shown(case.root), moved::by_kind(&stale));
    let verb = if stale.len() == 1 { "names" } else { "name" };
    case.voice.tell(format_args!("{files} {verb} {root} again"));
    Ok(true)
}

fn unwritten(root: &Path, file: &Path, error: &io::Error) -> Error {
    let cause = format!("{}: {}", shown(file), reason(error));
    Error::failed(format!("cannot repair {}", shown(root))).cause(cause)
}
