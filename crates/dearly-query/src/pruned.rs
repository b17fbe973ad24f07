//! All rows of the live files, of which only those are opened that can hold what is asked for.

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use datafusion::arrow::array::{ArrayRef, BooleanArray, TimestampMicrosecondArray};
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::{Column, DFSchema, Result, ScalarValue};
use datafusion::logical_expr::utils::conjunction;
use datafusion::logical_expr::{Expr, TableProviderFilterPushDown, TableType};
use datafusion::physical_optimizer::pruning::{PruningPredicateBuilder, PruningStatistics};
use datafusion::physical_plan::ExecutionPlan;

use crate::read_only::ADDRESS;
use crate::records::UTC;
use crate::telemetry::{SegmentFile, all_rows};

/// The rows of the files; the records say of each file when its first and its last event happened.
pub(crate) struct Pruned {
    files: Vec<SegmentFile>,
    all: Arc<dyn TableProvider>,
}

impl Pruned {
    pub(crate) fn new(files: &[SegmentFile]) -> Result<Pruned> {
        Ok(Pruned { files: files.to_vec(), all: all_rows(&addresses(files.iter()))? })
    }

    /// The files that may hold rows for which all filters hold.
    fn may_hold(&self, state: &dyn Session, filters: &[Expr]) -> Result<Vec<&SegmentFile>> {
        let Some(filter) = conjunction(filters.to_vec()) else { return Ok(self.files.iter().collect()) };
        let schema = self.all.schema();
        let filter = state.create_physical_expr(filter, &DFSchema::try_from(schema.as_ref().clone())?)?;
        let predicate = PruningPredicateBuilder::new().with_file_schema(schema).try_build(filter)?;
        let kept = predicate.prune(&Spans(&self.files))?;
        Ok(self.files.iter().zip(kept).filter(|(_, is_kept)| *is_kept).map(|(file, _)| file).collect())
    }
}

/// The addresses of the files for the engine.
pub(crate) fn addresses<'f>(files: impl Iterator<Item = &'f SegmentFile>) -> Vec<String> {
    files.map(|file| format!("{ADDRESS}{}", file.path)).collect()
}

impl fmt::Debug for Pruned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pruned({} files)", self.files.len())
    }
}

#[async_trait]
impl TableProvider for Pruned {
    fn schema(&self) -> SchemaRef {
        self.all.schema()
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> Result<Vec<TableProviderFilterPushDown>> {
        self.all.supports_filters_pushdown(filters)
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        // Filters that the spans of files say nothing of are no mistake.
        match self.may_hold(state, filters) {
            Ok(kept) if kept.len() < self.files.len() => {
                all_rows(&addresses(kept.into_iter()))?.scan(state, projection, filters, limit).await
            }
            _ => self.all.scan(state, projection, filters, limit).await,
        }
    }
}

/// When the first and the last event of each file happened.
struct Spans<'f>(&'f [SegmentFile]);

impl Spans<'_> {
    fn of(&self, column: &Column, end: impl Fn(&SegmentFile) -> i64) -> Option<ArrayRef> {
        let ends = || self.0.iter().map(end).collect::<Vec<i64>>();
        (column.name() == "at")
            .then(|| Arc::new(TimestampMicrosecondArray::from(ends()).with_timezone(UTC)) as ArrayRef)
    }
}

impl PruningStatistics for Spans<'_> {
    fn min_values(&self, column: &Column) -> Option<ArrayRef> {
        self.of(column, |file| file.first_at.micros())
    }

    fn max_values(&self, column: &Column) -> Option<ArrayRef> {
        self.of(column, |file| file.last_at.micros())
    }

    fn num_containers(&self) -> usize {
        self.0.len()
    }

    fn null_counts(&self, _: &Column) -> Option<ArrayRef> {
        None
    }

    fn row_counts(&self) -> Option<ArrayRef> {
        None
    }

    fn contained(&self, _: &Column, _: &HashSet<ScalarValue>) -> Option<BooleanArray> {
        None
    }
}
