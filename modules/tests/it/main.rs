//! The modules as a script uses them.

mod ad;
mod cloud;
mod desk;
mod engine;
mod page;
mod web;
