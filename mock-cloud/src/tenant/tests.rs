//! The tenant by itself: its indexes, and what an administrator does to it.

mod administer;
mod domains;
mod indexes;
