//! One environment on disk.

mod created_at;
mod creator;
mod dist_info;
mod environment;
mod missing_modules;
mod missing_scripts;
mod pip_hint;
mod python_version;
pub(crate) mod pyvenv_cfg;
mod site_packages;

pub(crate) use created_at::{created_path, relocated_from};
pub(crate) use creator::{Creator, detect_creator};
pub(crate) use dist_info::direct_reference;
pub(crate) use environment::{
    SubstitutePython, Venv, enclosing_env, env_of_python, holds_project, is_conda_env, is_env,
    looks_usable, prompt, python_path, read_pyvenv_cfg, scripts_dir,
};
pub(crate) use missing_modules::find_incomplete_packages;
pub(crate) use missing_scripts::{MissingScript, find_missing_scripts};
pub(crate) use pip_hint::{get_pip_hint, install_pip_hint};
pub(crate) use python_version::{
    MinorVersion, PYTHON_STEMS, is_versioned_name, split_versioned_name,
};
pub(crate) use pyvenv_cfg::{PYVENV_CFG, PyvenvCfg};
pub(crate) use site_packages::site_packages;
