//! Labs as values.
