//! How tables travel to the scheduler: rows as Arrow, telemetry as addresses, both under the version of Dearly.

use std::fmt;
use std::io::Cursor;
use std::sync::Arc;

use async_trait::async_trait;
use ballista_core::serde::BallistaLogicalExtensionCodec;
use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::compute::concat_batches;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::arrow::ipc::reader::StreamReader;
use datafusion::arrow::ipc::writer::StreamWriter;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::{DataFusionError, Result, Statistics, TableReference};
use datafusion::datasource::file_format::FileFormatFactory;
use datafusion::execution::TaskContext;
use datafusion::logical_expr::{
    AggregateUDF, Expr, Extension, LogicalPlan, ScalarUDF, TableProviderFilterPushDown, TableType, WindowUDF,
};
use datafusion::physical_plan::ExecutionPlan;
use datafusion_proto::logical_plan::LogicalExtensionCodec;
use dearly_query::engine;

/// Which Dearly speaks: others are refused.
const VERSION: &str = concat!("dearly ", env!("CARGO_PKG_VERSION"));

/// What a table is made of.
#[derive(Clone)]
enum Cargo {
    Rows(RecordBatch),
    Files(Vec<String>),
}

/// A table that can travel.
pub(crate) struct Shipped {
    cargo: Cargo,
    table: Arc<dyn TableProvider>,
}

impl Shipped {
    pub(crate) fn rows(batch: &RecordBatch) -> Result<Shipped> {
        Ok(Shipped { cargo: Cargo::Rows(batch.clone()), table: engine::rows(batch)? })
    }

    pub(crate) fn files(addresses: Vec<String>) -> Result<Shipped> {
        let table = engine::files(&addresses)?;
        Ok(Shipped { cargo: Cargo::Files(addresses), table })
    }

    /// The version in a line, the kind in a byte, the cargo.
    fn encode(&self, bytes: &mut Vec<u8>) -> Result<()> {
        bytes.extend_from_slice(VERSION.as_bytes());
        bytes.push(b'\n');
        match &self.cargo {
            Cargo::Rows(batch) => {
                bytes.push(b'R');
                let mut writer = StreamWriter::try_new(&mut *bytes, &batch.schema())?;
                writer.write(batch)?;
                writer.finish()?;
            }
            Cargo::Files(addresses) => {
                bytes.push(b'F');
                bytes.extend_from_slice(addresses.join("\n").as_bytes());
            }
        }
        Ok(())
    }

    fn decode(bytes: &[u8]) -> Result<Shipped> {
        let wrong = |what: &str| DataFusionError::Plan(what.to_owned());
        let end = bytes.iter().position(|byte| *byte == b'\n');
        let (version, rest) = end.map_or((bytes, &[][..]), |end| (&bytes[..end], &bytes[end + 1..]));
        if version != VERSION.as_bytes() {
            let version = String::from_utf8_lossy(version).chars().take(40).collect::<String>();
            return Err(wrong(&format!(
                "the question comes from {version:?}, and this cluster is {VERSION:?}: all must be the same binary"
            )));
        }
        match rest.split_first() {
            Some((b'R', rest)) => {
                let reader = StreamReader::try_new(Cursor::new(rest), None)?;
                let schema = reader.schema();
                let batches = reader.collect::<std::result::Result<Vec<_>, _>>()?;
                Shipped::rows(&concat_batches(&schema, &batches)?)
            }
            Some((b'F', rest)) => {
                let text = std::str::from_utf8(rest).map_err(|_| wrong("addresses that are no text"))?;
                Shipped::files(text.lines().map(str::to_owned).collect())
            }
            _ => Err(wrong("a table of an unknown kind")),
        }
    }
}

impl fmt::Debug for Shipped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.cargo {
            Cargo::Rows(batch) => write!(f, "Shipped({} rows)", batch.num_rows()),
            Cargo::Files(addresses) => write!(f, "Shipped({} files)", addresses.len()),
        }
    }
}

#[async_trait]
impl TableProvider for Shipped {
    fn schema(&self) -> SchemaRef {
        self.table.schema()
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> Result<Vec<TableProviderFilterPushDown>> {
        self.table.supports_filters_pushdown(filters)
    }

    fn statistics(&self) -> Option<Statistics> {
        self.table.statistics()
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        self.table.scan(state, projection, filters, limit).await
    }
}

/// Ballista's own way for everything but our tables.
#[derive(Debug, Default)]
pub(crate) struct Codec(BallistaLogicalExtensionCodec);

impl LogicalExtensionCodec for Codec {
    fn try_decode(&self, bytes: &[u8], inputs: &[LogicalPlan], context: &TaskContext) -> Result<Extension> {
        self.0.try_decode(bytes, inputs, context)
    }

    fn try_encode(&self, node: &Extension, bytes: &mut Vec<u8>) -> Result<()> {
        self.0.try_encode(node, bytes)
    }

    fn try_decode_table_provider(
        &self,
        bytes: &[u8],
        _: &TableReference,
        _: SchemaRef,
        _: &TaskContext,
    ) -> Result<Arc<dyn TableProvider>> {
        Ok(Arc::new(Shipped::decode(bytes)?))
    }

    fn try_encode_table_provider(
        &self,
        table: &TableReference,
        provider: Arc<dyn TableProvider>,
        bytes: &mut Vec<u8>,
    ) -> Result<()> {
        let any: &dyn std::any::Any = provider.as_ref();
        match any.downcast_ref::<Shipped>() {
            Some(shipped) => shipped.encode(bytes),
            None => {
                Err(DataFusionError::NotImplemented(format!("the table {table} cannot travel to a cluster")))
            }
        }
    }

    fn try_decode_file_format(
        &self,
        bytes: &[u8],
        context: &TaskContext,
    ) -> Result<Arc<dyn FileFormatFactory>> {
        self.0.try_decode_file_format(bytes, context)
    }

    fn try_encode_file_format(&self, bytes: &mut Vec<u8>, node: Arc<dyn FileFormatFactory>) -> Result<()> {
        self.0.try_encode_file_format(bytes, node)
    }

    fn try_decode_udf(&self, name: &str, bytes: &[u8]) -> Result<Arc<ScalarUDF>> {
        self.0.try_decode_udf(name, bytes)
    }

    fn try_encode_udf(&self, node: &ScalarUDF, bytes: &mut Vec<u8>) -> Result<()> {
        self.0.try_encode_udf(node, bytes)
    }

    fn try_decode_udaf(&self, name: &str, bytes: &[u8]) -> Result<Arc<AggregateUDF>> {
        self.0.try_decode_udaf(name, bytes)
    }

    fn try_encode_udaf(&self, node: &AggregateUDF, bytes: &mut Vec<u8>) -> Result<()> {
        self.0.try_encode_udaf(node, bytes)
    }

    fn try_decode_udwf(&self, name: &str, bytes: &[u8]) -> Result<Arc<WindowUDF>> {
        self.0.try_decode_udwf(name, bytes)
    }

    fn try_encode_udwf(&self, node: &WindowUDF, bytes: &mut Vec<u8>) -> Result<()> {
        self.0.try_encode_udwf(node, bytes)
    }
}

#[cfg(test)]
mod tests {
    use datafusion::arrow::array::{ArrayRef, Int64Array};

    use super::*;

    #[test]
    fn tables_arrive_as_they_left_and_other_versions_are_refused() {
        let column: ArrayRef = Arc::new(Int64Array::from(vec![Some(1), None, Some(3)]));
        let batch = RecordBatch::try_from_iter([("n", column)]).unwrap();
        let mut bytes = Vec::new();
        Shipped::rows(&batch).unwrap().encode(&mut bytes).unwrap();
        let Cargo::Rows(arrived) = Shipped::decode(&bytes).unwrap().cargo else { panic!("rows") };
        assert_eq!(arrived, batch);

        let files = vec!["file:///lake/a.parquet".to_owned(), "file:///lake/b%20c.parquet".to_owned()];
        for files in [files, Vec::new()] {
            let mut bytes = Vec::new();
            Shipped::files(files.clone()).unwrap().encode(&mut bytes).unwrap();
            let Cargo::Files(arrived) = Shipped::decode(&bytes).unwrap().cargo else { panic!("files") };
            assert_eq!(arrived, files);
        }

        let other = String::from_utf8_lossy(&bytes).replacen(env!("CARGO_PKG_VERSION"), "9.9.9", 1);
        let error = Shipped::decode(other.as_bytes()).unwrap_err().to_string();
        assert!(error.contains("dearly 9.9.9") && error.contains("same binary"), "{error}");
        assert!(Shipped::decode(b"").is_err() && Shipped::decode(&bytes[..20]).is_err());
    }
}
