//! Every branch of catalogue Appendix A.

mod apply;
mod delete;
mod eras;
mod hard_match;
mod laws;
mod quarantine;
mod readings;
mod soft_match;
mod upn;
