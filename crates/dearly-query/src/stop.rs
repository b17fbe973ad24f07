//! How work that nobody waits for ends also where it does not pause: a join whose condition hardly ever holds goes through
//! all pairs before it hands anything on. Its condition looks, every few thousand pairs, whether to go on.

use std::hash::{Hash, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use datafusion::arrow::datatypes::DataType;
use datafusion::common::tree_node::Transformed;
use datafusion::common::{DataFusionError, Result as EngineResult};
use datafusion::logical_expr::expr::ScalarFunction;
use datafusion::logical_expr::{
    ColumnarValue, Expr, LogicalPlan, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};
use datafusion::optimizer::{ApplyOrder, OptimizerConfig, OptimizerRule};
use tokio::time::Instant;

/// The name of the function that stands around conditions of joins in a plan.
const NAME: &str = "while_wanted";

/// Whether an answer is still wanted: until it is dropped, or its time is over.
#[derive(Clone, Debug)]
pub(crate) struct Wanted(Arc<State>);

#[derive(Debug)]
struct State {
    is_dropped: AtomicBool,
    deadline: Option<Instant>,
}

/// Ends the work when it is dropped.
#[derive(Debug)]
pub(crate) struct EndsOnDrop(Wanted);

impl Wanted {
    pub(crate) fn until(deadline: Option<Instant>) -> Wanted {
        Wanted(Arc::new(State { is_dropped: AtomicBool::new(false), deadline }))
    }

    pub(crate) fn guard(&self) -> EndsOnDrop {
        EndsOnDrop(self.clone())
    }

    fn is_over(&self) -> bool {
        self.0.is_dropped.load(Ordering::Relaxed)
            || self.0.deadline.is_some_and(|deadline| deadline <= Instant::now())
    }
}

impl Drop for EndsOnDrop {
    fn drop(&mut self) {
        self.0.0.is_dropped.store(true, Ordering::Relaxed);
    }
}

/// The condition as it is, or an error once the answer is not wanted any more.
#[derive(Debug)]
struct WhileWanted {
    wanted: Wanted,
    signature: Signature,
}

impl PartialEq for WhileWanted {
    fn eq(&self, other: &WhileWanted) -> bool {
        Arc::ptr_eq(&self.wanted.0, &other.wanted.0)
    }
}

impl Eq for WhileWanted {}

impl Hash for WhileWanted {
    fn hash<H: Hasher>(&self, state: &mut H) {
        Arc::as_ptr(&self.wanted.0).hash(state);
    }
}

impl ScalarUDFImpl for WhileWanted {
    fn name(&self) -> &str {
        NAME
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> EngineResult<DataType> {
        Ok(DataType::Boolean)
    }

    fn invoke_with_args(&self, mut args: ScalarFunctionArgs) -> EngineResult<ColumnarValue> {
        if self.wanted.is_over() {
            return Err(DataFusionError::Execution("nobody waits for the answer any more".to_owned()));
        }
        Ok(args.args.remove(0))
    }
}

/// Puts [`WhileWanted`] around the conditions of joins, when all else is settled.
#[derive(Debug)]
pub(crate) struct Watch(Arc<ScalarUDF>);

impl Watch {
    pub(crate) fn of(wanted: Wanted) -> Watch {
        // Of the same arguments it gives another answer later, so that nothing moves or merges it.
        let signature = Signature::exact(vec![DataType::Boolean], Volatility::Volatile);
        Watch(Arc::new(ScalarUDF::from(WhileWanted { wanted, signature })))
    }

    fn is_watched(&self, condition: &Expr) -> bool {
        matches!(condition, Expr::ScalarFunction(own) if own.func.name() == NAME)
    }
}

impl OptimizerRule for Watch {
    fn name(&self) -> &str {
        "watch_joins"
    }

    fn apply_order(&self) -> Option<ApplyOrder> {
        Some(ApplyOrder::BottomUp)
    }

    fn supports_rewrite(&self) -> bool {
        true
    }

    fn rewrite(&self, plan: LogicalPlan, _: &dyn OptimizerConfig) -> EngineResult<Transformed<LogicalPlan>> {
        let LogicalPlan::Join(mut join) = plan else { return Ok(Transformed::no(plan)) };
        match join.filter.take() {
            Some(condition) if !self.is_watched(&condition) => {
                let watched = ScalarFunction::new_udf(Arc::clone(&self.0), vec![condition]);
                join.filter = Some(Expr::ScalarFunction(watched));
                Ok(Transformed::yes(LogicalPlan::Join(join)))
            }
            condition => {
                join.filter = condition;
                Ok(Transformed::no(LogicalPlan::Join(join)))
            }
        }
    }
}
