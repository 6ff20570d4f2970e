//! What a Python would say of itself, from files.

mod build_prefix;
mod describe;
mod getpath;
mod implementation;
mod install_schemes;
mod landmarks;
mod posixpath;
mod pth;
mod python_info;
mod pyvenv_keys;
mod site;
mod startup;
pub(crate) mod sysconfig;
mod version_rules;

pub(crate) use describe::inspect_python;
pub(crate) use python_info::{Caveat, IntrospectError, PythonInfo, VersionSource};
pub(crate) use startup::StartupContext;
