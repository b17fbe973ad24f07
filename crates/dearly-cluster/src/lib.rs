//! The same SQL on several machines: the only crate that knows Ballista.
