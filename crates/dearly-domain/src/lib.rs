//! The nouns and rules of Dearly: accounts, people, terms, days, money, versions, renewals, retention.
//!
//! Everything here is pure: no I/O, no clock, no other crate of Dearly. Words are those of `docs/glossary.md`.

pub mod time;
pub mod id;
pub mod money;
pub mod book;
pub mod history;

pub mod account;
pub mod person;
pub mod subscription;
pub mod step;
pub mod licence;
pub mod event;
pub mod activity;
pub mod ticket;
pub mod survey;
pub mod invoice;
pub mod plan;
pub mod objective;
pub mod initiative;
pub mod escalation;
pub mod judgement;

pub mod renewal;
pub mod retention;

pub use book::{Attribute, Attributes, Cell, Column, File, Kind, Record, Row, Tense, Violation};
pub use history::{Held, Version};
pub use id::*;
pub use time::{Calendar, Day, Instant};
