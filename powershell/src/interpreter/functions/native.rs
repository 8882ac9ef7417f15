//! Cmdlets that are functions, their common parameters, and what is empty of a type.

/// The path of a file as scripts know it.
pub(super) fn on_windows(file: &str) -> String {
    if file.starts_with('/') {
        return crate::types::windows_path(file);
    }
    file.to_owned()
}
