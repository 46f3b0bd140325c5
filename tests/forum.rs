//! The product's behaviour through its real doors. Runs once for each engine: see `scripts/test`.

// `page.is_accepted()` reads as a sentence.
#![allow(clippy::wrong_self_convention)]

mod accounts;
mod claims;
mod command_line;
mod comments;
mod dates;
mod decisions;
mod desk;
mod door;
mod edits;
mod faults;
mod harness;
mod imports;
mod journey;
mod languages;
mod library;
mod limits;
mod mail;
mod members;
mod pages;
mod permissions;
mod properties;
mod provider;
mod races;
mod real_records;
mod rooms;
mod search;
mod security;
mod sign_in;
mod streams;
mod texts;
mod topics;
mod visibility;
