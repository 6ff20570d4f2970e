//! What a Python would say about itself, from files.

mod build_prefix;
mod caveat;
mod describe;
mod errors;
mod getpath;
mod identify;
mod install_schemes;
mod landmarks;
mod modules;
mod posixpath;
mod pth;
mod python_binary;
mod python_info;
mod pyvenv_keys;
mod site;
mod startup;
pub(crate) mod sysconfig;
mod version_rules;
mod windows_install;

pub(crate) use caveat::Caveat;
pub(crate) use describe::inspect_python;
pub(crate) use errors::IntrospectError;
pub(crate) use modules::{Module, list_modules};
pub(crate) use python_binary::Implementation;
pub(crate) use python_info::{PythonInfo, VersionSource};
pub(crate) use startup::StartupContext;
