//! A wheel, and what an installer makes of it.

pub(crate) mod console_scripts;
mod record;
pub(crate) mod record_update;
mod unpack;

pub(crate) use console_scripts::{
    PipVersion, parse_console_scripts, quote_shebang_path, script_for_target, shebang_lines,
};
pub(crate) use record::{RecordRow, render_record};
pub(crate) use record_update::update_records;
pub(crate) use unpack::{UnpackedFile, unpack_wheel};
