//! The engine held to the rules: to a naive definition on random books, and to the knots of `docs/RULES.md` by hand.

mod engine;
mod knots;
mod naive;
mod random_book;
