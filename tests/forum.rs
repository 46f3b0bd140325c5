//! The product's behaviour through its real doors. Runs once for each engine: see `scripts/test`.

mod command_line;
mod desk;
mod door;
mod harness;
mod journey;
mod library;
mod members;
mod pages;
mod races;
mod real_records;
mod rooms;
