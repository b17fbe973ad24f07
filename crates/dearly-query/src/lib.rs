//! SQL over records and telemetry: the only crate that knows DataFusion.
