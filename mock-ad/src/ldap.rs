//! LDAP version 3 over a directory: messages, sessions and, with the feature `server`, sockets.
//!
//! The message layer is pure. A [`Message`] comes in and an [`Answer`] goes out of
//! [`respond`], which knows the [`Session`] of the connection and asks a [`Host`] for the
//! directory and for its changes. No socket is needed to test it:
//!
//! ```
//! use mock_ad::ldap::{Message, Request, Session, Standalone, decode, encode, respond};
//! # use mock_ad::directory::{Directory, DirectoryOptions, ObjectGuid};
//! # let mut next = 0u128;
//! # let mut guids = || { next += 1; ObjectGuid::from_bytes(next.to_le_bytes()) };
//! # let options = DirectoryOptions::new("DC=example,DC=test".parse()?);
//! # let now = jiff::Timestamp::UNIX_EPOCH;
//! # let directory = Directory::new(options, now, &mut guids);
//! let mut host = Standalone::new(directory, 1, now);
//! let who_am_i = b"\x30\x1e\x02\x01\x01\x77\x19\x80\x171.3.6.1.4.1.4203.1.11.3";
//! let message: Message = decode(who_am_i).map_err(|failure| failure.reason)?;
//! assert!(matches!(message.request, Request::Extended { .. }));
//! let answer = respond(&mut Session::default(), message, &mut host);
//! let mut bytes = Vec::new();
//! answer.responses.iter().for_each(|response| encode(response, &mut bytes));
//! assert_eq!(bytes[0], 0x30);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! - [`frame_length`], [`decode`], [`encode`]: bytes and messages.
//! - [`Request`], [`Body`]: what messages hold.
//! - [`Session`], [`respond`]: what a domain controller answers.
//! - [`Host`], [`Standalone`]: whose directory it is.
//! - [`Fault`], [`PlannedFault`]: what goes wrong on purpose.
//! - [`Replica`]: a second domain controller, which hears of changes later.
//! - `server`: the listeners, behind the feature `server`.

mod bind;
mod decode;
mod encode;
mod extended;
mod fault;
mod frame;
mod host;
mod message;
mod outcome;
mod provision;
mod replica;
mod respond;
#[cfg(feature = "server")]
pub mod server;
mod session;
mod values;
mod wire;
mod write;

pub use decode::{DecodeFailure, decode};
pub use encode::encode;
pub use fault::{Fault, PlannedFault};
pub use frame::{ELEMENTS_MAX, FrameError, MESSAGE_SIZE_MAX, NESTING_MAX, frame_length};
pub use host::{Host, Standalone};
pub use message::{
    Addition, Authentication, Body, Change, Kind, Message, Modification, Renaming, Request,
    Response,
};
pub use provision::{Administrator, give_passwords, provision};
pub use replica::{Replica, SecondController};
pub use respond::{Answer, Next, notice_of_disconnection, notify, respond, respond_to_failure};
pub use session::Session;

#[cfg(test)]
mod tests;
