//! The workbook: what is in force, what applying another would change, and applying it.

use std::path::Path;

use dearly_domain::{Day, Instant};
use dearly_health::Engine;
use dearly_health::score::Status;
use dearly_workbook::model::ScoreKind;
pub use dearly_workbook::{Document, defaults, write, write_schema};
use dearly_workbook::{Problem, Workbook};

use crate::accounts::count;
use crate::app::{App, When, id_of};
use crate::book::Needs;
use crate::error::{Error, Result};
use crate::score::{cell, colour};
use crate::view::{ColourChange, Totals, WorkbookDocument, WorkbookPlan, WorkbookView};

impl App {
    /// The workbook in force, as its files.
    pub async fn workbook(&self) -> Result<WorkbookView> {
        Ok(match self.store.current_workbook().await? {
            Some(current) => WorkbookView {
                version: current.version,
                applied_at: Some(current.applied_at),
                documents: current.documents.into_iter().map(|own| shown(document(&own))).collect(),
            },
            None => WorkbookView {
                version: 0,
                applied_at: None,
                documents: dearly_workbook::defaults().into_iter().map(shown).collect(),
            },
        })
    }

    /// What applying the documents would change: the texts, and the colours of the customers.
    pub async fn plan_workbook(&self, when: When, documents: &[Document]) -> Result<WorkbookPlan> {
        let (after, warnings) = checked(documents)?;
        let before: Vec<Document> = self
            .workbook()
            .await?
            .documents
            .into_iter()
            .map(|own| Document { path: own.path, text: own.text })
            .collect();
        let difference = dearly_workbook::difference(&before, documents);
        let in_force = self.in_force().await?;
        let mut after = after;
        if after.organisation.currency.is_none() {
            after.organisation.currency = self.store.setting(crate::app::CURRENCY).await?;
        }
        let as_of = self.day(when, &in_force.calendar).await?;
        let (colour_changes, totals) = self.colour_changes(when, as_of, &in_force.workbook, &after).await?;
        let [before_totals, after_totals] = totals;
        Ok(WorkbookPlan {
            version: in_force.version,
            has_changes: !difference.is_empty(),
            text: difference.files.iter().map(|file| file.unified.as_str()).collect(),
            changes: difference.changes,
            warnings: warnings.iter().map(Problem::to_string).collect(),
            as_of,
            colour_changes,
            before: before_totals,
            after: after_totals,
        })
    }

    /// Puts the documents in force as a new version; nothing happens where they are in force already.
    pub async fn apply_workbook(&self, documents: &[Document], by: &str) -> Result<(WorkbookView, bool)> {
        checked(documents)?;
        let rows: Vec<dearly_store::Document> = documents.iter().map(stored).collect();
        let current = self.store.current_workbook().await?;
        if current.is_some_and(|current| current.content_hash == dearly_store::content_hash(&rows)) {
            return Ok((self.workbook().await?, false));
        }
        let mut write = self.store.write("workbook apply").await?;
        write.insert_workbook_version(Instant::now(), by, &rows).await?;
        write.commit().await?;
        Ok((self.workbook().await?, true))
    }

    async fn colour_changes(
        &self,
        when: When,
        day: Day,
        before: &Workbook,
        after: &Workbook,
    ) -> Result<(Vec<ColourChange>, [Totals; 2])> {
        let in_force = self.in_force().await?;
        let mut reader = self.reader(&in_force, when.known_by).await?;
        let ids = reader.accounts().await?;
        let book = reader.facts;
        reader.read_statements(self, &in_force, &[day]).await?;
        reader.read_statements_of(self, &in_force, after, &[day]).await?;
        let (old, new) = (Engine::new(before), Engine::new(after));
        let mut changes = Vec::new();
        let mut totals = [Totals::default(), Totals::default()];
        reader
            .each(&ids, Needs::Everything, |facts| {
                for facts in &facts {
                    let then = old.score(facts, &book, &[day]).remove(0);
                    let now = new.score(facts, &book, &[day]).remove(0);
                    if then.status != Status::Customer && now.status != Status::Customer {
                        continue;
                    }
                    for (total, day) in totals.iter_mut().zip([&then, &now]) {
                        total.n_accounts += 1;
                        total.arr_cents += day.arr_cents;
                        count(total, colour(day.outcomes.colour));
                    }
                    for kind in [ScoreKind::Outcomes, ScoreKind::Experience] {
                        let (then, now) = (then.score(kind), now.score(kind));
                        if then.colour != now.colour {
                            let name = facts.attributes.iter().find_map(|held| held.at(day));
                            changes.push(ColourChange {
                                account: facts.account.0.clone(),
                                name: name
                                    .map_or_else(|| facts.account.0.clone(), |account| account.name.clone()),
                                score_kind: id_of(kind).to_owned(),
                                before: cell(then, None),
                                after: cell(now, Some(then)),
                            });
                        }
                    }
                }
                Ok(())
            })
            .await?;
        Ok((changes, totals))
    }
}

/// Reads a folder of YAML, or says everything that is wrong with it.
pub fn read_workbook(folder: &Path) -> Result<Vec<Document>> {
    dearly_workbook::read(folder).map_err(Error::Workbook)
}

/// The workbook of the documents with its warnings, or everything that is wrong with it.
pub fn checked(documents: &[Document]) -> Result<(Workbook, Vec<Problem>)> {
    let mut parsed = dearly_workbook::parse(documents);
    parsed.problems.extend(crate::statements::problems(&parsed.statements));
    match parsed.workbook {
        Some(workbook) if parsed.problems.is_empty() => Ok((workbook, parsed.warnings)),
        _ => Err(Error::Workbook(parsed.problems)),
    }
}

pub(crate) fn document(own: &dearly_store::Document) -> Document {
    Document { path: own.path.clone(), text: own.text.clone() }
}

fn stored(own: &Document) -> dearly_store::Document {
    dearly_store::Document { path: own.path.clone(), text: own.text.clone() }
}

fn shown(own: Document) -> WorkbookDocument {
    WorkbookDocument { path: own.path, text: own.text }
}
