//! An environment that is there -> the same, on its base interpreter as that is now.
//!
//! `python -m venv --upgrade` writes a new pyvenv.cfg and leaves links that lead elsewhere as they are, so
//! that the environment speaks of one Python and runs another, or none. Here the links are made anew too, and
//! what pyvenv.cfg said of other things stays. Each file is replaced by a rename.

use std::fs;
use std::io;
use std::path::Path;
use std::time::Instant;

use crate::error::{Error, reason, shown, typed};
use crate::os;
use crate::venv::{self, Venv};

use super::Order;
use super::base::{self, Base};
use super::maker::{self, Workshop};
use super::native::{self, Known};
use super::options::{Options, PythonFiles};
use super::pythons;
use super::request;
use super::seeding;

/// Upgrades the environment at the order's place.
///
/// # Errors
/// No interpreter of its minor version is found, or something cannot be written; Ctrl-C. It can be tried
/// again then.
pub fn upgrade(order: &Order<'_>, workshop: &Workshop<'_>) -> Result<(), Error> {
    let started = Instant::now();
    let at = order.place.at;
    let base = native::as_it_starts(base_of(order, workshop)?);
    let name = shown(at);
    order
        .voice
        .tell(format_args!("upgrading {name} ({})", base.kind));
    let cannot = |error: io::Error| {
        Error::failed(format!("cannot upgrade {}", shown(at))).cause(reason(&error))
    };
    let cfg = at.join(venv::MARKER);
    let old = fs::read_to_string(&cfg).map_err(cannot)?;
    let options = kept(order.options, at);
    let lost_scripts = !venv::scripts(at).exists();
    // git keeps no empty directories, and people tell it to ignore this one.
    fs::create_dir_all(venv::scripts(at)).map_err(cannot)?;
    pythons::renew(&venv::scripts(at), &base, options.python).map_err(cannot)?;
    let prompt = options.shown_prompt(base.minor(), order.world.cwd().ok().as_deref());
    // On Windows what starts Python is to be had anew, which is a base's own business.
    match Known::of(&base).filter(|_| os::HAS_LINKS) {
        Some(known) => {
            let plan = native::Plan {
                base: &known,
                root: at,
                home: at,
                options: &options,
                prompt,
            };
            fs::create_dir_all(plan.site_packages()).map_err(cannot)?;
            native::renew(&plan, &old).map_err(cannot)?;
            if lost_scripts {
                native::activate(&plan).map_err(cannot)?;
            }
            if options.has_pip()
                && let Some(pip) = native::bundled_pip(&known).map_err(cannot)?
            {
                seeding::ensure(at, &plan.site_packages(), &pip, workshop)?;
            }
        }
        None => {
            let flags = maker::flags(&base, &options, prompt);
            maker::upgrade(&base, at, flags, workshop)?;
        }
    }
    order.voice.tell(format_args!(
        "upgraded {name} in {}",
        super::took(started.elapsed())
    ));
    Ok(())
}

/// The interpreter that it goes on with: of the same minor version, for its packages are that one's.
fn base_of(order: &Order<'_>, workshop: &Workshop<'_>) -> Result<Base, Error> {
    let venv = Venv::open(order.place.at)?;
    let inquiry = super::inquiry(order, workshop);
    let Some(own) = request::of(&venv) else {
        let what = format!("cannot upgrade {}", shown(&venv.root));
        return Err(Error::failed(what)
            .cause("its pyvenv.cfg does not say which version of Python it is for")
            .hint(format!(
                "`vrun --env {} --repair` finds that out, and keeps the packages",
                typed(&venv.root)
            )));
    };
    let Some(wish) = order.wish else {
        // The one it has, if that is still there.
        if let Ok(path) = base::behind(&venv::python(&venv.root))
            && let Ok(base) = inquiry.ask(&path)?
            && own.form.admits_any_build(&base.kind)
        {
            return Ok(base);
        }
        return base::choose(Some(&own), &inquiry);
    };
    let asked = request::wanted(Some(wish), None, order.world)?;
    let base = base::choose(asked.as_ref(), &inquiry)?;
    if own.form.admits_any_build(&base.kind) {
        return Ok(base);
    }
    let (root, kind) = (shown(&venv.root), &base.kind);
    Err(Error::failed(format!("cannot upgrade {root} to {kind}"))
        .cause(format_args!(
            "what is installed there is for Python {}",
            shown(&own.text)
        ))
        .hint(anew(&venv)))
}

fn anew(venv: &Venv) -> String {
    format!(
        "`vrun --create --clear --env {}` makes it anew, without its packages",
        typed(&venv.root)
    )
}

/// The options, with what the environment was made with where they say nothing.
fn kept(options: &Options, at: &Path) -> Options {
    let cfg = Venv::open(at).map(|venv| venv.cfg).unwrap_or_default();
    let copied = fs::symlink_metadata(venv::python(at)).is_ok_and(|found| found.is_file());
    let python = match options.python {
        PythonFiles::Usual if copied => PythonFiles::Copies,
        python => python,
    };
    Options {
        system_site_packages: options.system_site_packages
            || cfg.system_site_packages == Some(true),
        prompt: options.prompt.clone().or(cfg.prompt),
        python,
        ..options.clone()
    }
}
