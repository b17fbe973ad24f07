//! The parser against bodies as clients send them, and as nobody should.

mod support;

mod calls;
mod hostile;
mod random;
