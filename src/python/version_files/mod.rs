//! A project's files -> the Python that it requests. Each kind of file has a reader of its own.

mod pipfile;
mod project_files;
mod pyproject;
mod resolve;
mod runtime_txt;
mod setuptools;
mod uv_lock;
mod version_file;

pub(crate) use resolve::resolve_request;
