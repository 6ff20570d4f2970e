//! `--cache`: show what vrun keeps in the user's cache directory, or clear it.

use crate::cache::{self, Extent};
use crate::cli::{CacheWork, Format, Mode, Settings};
use crate::error::{Error, io_reason};
use crate::output::print;
use crate::process::Process;
use crate::quote::printable;
use crate::{os, render};

use super::context::apply_settings;

pub(crate) fn cache(
    settings: &Settings,
    work: CacheWork,
    format: Format,
    process: &mut Process,
) -> Result<(), Error> {
    apply_settings(settings, process)?;
    let command = os::with_var_command("VRUN_CACHE_DIR", "DIR", "vrun --cache");
    let Some(dir) = process.cache_dir() else {
        return Err(Error::failed("there is no cache directory")
            .with_hint(format!("VRUN_CACHE_DIR names one: `{command}`")));
    };
    let unusable = |error| {
        let what = format!("the cache {} cannot be used", printable(&dir));
        Error::failed(what)
            .with_cause(io_reason(&error))
            .with_hint(format!("VRUN_CACHE_DIR names another: `{command}`"))
    };
    let extent = match work {
        CacheWork::Show => {
            let contents = cache::read_contents(&dir).map_err(unusable)?;
            let text = match format {
                Format::Text => render::cache_text(&contents),
                Format::Json => render::json_text(&contents),
            };
            return print(text.as_bytes());
        }
        CacheWork::Clear => Extent::All,
        CacheWork::ClearUnused => Extent::Unused,
    };
    let is_dry_run = settings.mode == Mode::DryRun;
    let cleared = cache::clear(&dir, extent, is_dry_run, process).map_err(unusable)?;
    if format == Format::Json {
        return print(render::json_text(&cleared).as_bytes());
    }
    for root in &cleared.in_use {
        let verbosity = process.verbosity;
        verbosity.notice(format_args!("{root} stays: it is in use"));
    }
    let verb = if is_dry_run {
        "would remove"
    } else {
        "removed"
    };
    let (what, size) = (cleared.describe(), render::format_size(cleared.bytes));
    let dir = printable(&dir);
    let verbosity = process.verbosity;
    verbosity.notice(format_args!("{verb} {what} from {dir} ({size})"));
    Ok(())
}
