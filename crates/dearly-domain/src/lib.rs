//! The nouns and rules of Dearly: accounts, people, terms, days, money, versions, renewals, retention.
//!
//! Everything here is pure: no I/O, no clock, no other crate of Dearly. Words are those of `docs/glossary.md`.

pub mod book;
pub mod history;
pub mod id;
pub mod money;
pub mod texts;
pub mod time;

pub mod account;
pub mod activity;
pub mod attribution;
pub mod escalation;
pub mod event;
pub mod initiative;
pub mod invoice;
pub mod judgement;
pub mod licence;
pub mod membership;
pub mod objective;
pub mod person;
pub mod plan;
pub mod step;
pub mod subscription;
pub mod survey;
pub mod ticket;
pub mod usage;

pub mod renewal;
pub mod retention;

pub use attribution::Attribution;
pub use book::{Attribute, Attributes, Cell, Column, File, Kind, Record, Row, Tense, Violation};
pub use history::{Held, Version};
pub use id::*;
pub use texts::Texts;
pub use time::{Calendar, Day, Instant};
