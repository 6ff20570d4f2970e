//! Wheels, and what an installer writes for one.

mod console_scripts;
mod missing_scripts;
mod record;
mod record_update;
mod unpack;

pub(crate) use console_scripts::{
    PipVersion, parse_console_scripts, quote_shebang_path, render_script, script_code,
    shebang_lines,
};
pub(crate) use missing_scripts::restore_missing_scripts;
pub(crate) use record::{RecordRow, render_record};
pub(crate) use record_update::update_records;
pub(crate) use unpack::{UnpackedFile, unpack_wheel};
