//! Versions of a row, and what held on which days.
//!
//! A row keeps its former versions. As of day *d*:
//! - an undated cell, or a contractual date, is what the version in force on *d* says. The first version holds from
//!   the beginning; a later one from its `recorded_at`, else from the day of its import;
//! - the date of something that happened counts from its own day, also where it was recorded later; once a version
//!   in force no longer has it, it is gone from that version's day on.
//!
//! So nothing that is recorded after *d* about days after *d* can change what is read as of *d*.

use crate::book::{Cell, File, Record, Row, Tense};
use crate::time::{Calendar, Day, Instant};

/// One version of a row.
#[derive(Clone, Debug, PartialEq)]
pub struct Version {
    /// When it became known, where the book says so.
    pub recorded_at: Option<Instant>,
    /// When it was imported.
    pub imported_at: Instant,
    /// What it said.
    pub row: Row,
}

/// Something that is to be read on the days from `from` until before `until`.
#[derive(Clone, Debug, PartialEq)]
pub struct Held<T> {
    /// The first day.
    pub from: Day,
    /// The day after the last.
    pub until: Day,
    /// What holds.
    pub value: T,
}

impl<T> Held<T> {
    /// Something that holds on every day.
    pub fn always(value: T) -> Held<T> {
        Held { from: Day::MIN, until: Day::MAX, value }
    }

    /// What is to be read as of the day.
    pub fn at(&self, day: Day) -> Option<&T> {
        (self.from <= day && day < self.until).then_some(&self.value)
    }

    /// The same span around something else.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Held<U> {
        Held { from: self.from, until: self.until, value: f(self.value) }
    }
}

/// What holds on which days, from all versions of one key in any order.
///
/// With `known_by`, versions recorded later are left out. A row without `recorded_at` became known on its own dates, so
/// those after `known_by` read as empty, and a row that began later is left out. The spans are disjoint and ascending.
pub fn held(
    file: &File,
    versions: &[Version],
    known_by: Option<Instant>,
    calendar: &Calendar,
) -> Vec<Held<Row>> {
    let mut ordered: Vec<&Version> = versions.iter().collect();
    ordered.sort_by_key(|version| (version.recorded_at.unwrap_or(version.imported_at), version.imported_at));
    // The first version without `recorded_at` was always so, as far as anyone can say.
    if let Some(first) = ordered.iter().position(|version| version.recorded_at.is_none())
        && ordered[..first].iter().all(|version| version.imported_at >= ordered[first].imported_at)
    {
        let first = ordered.remove(first);
        ordered.insert(0, first);
    }
    let mut known: Vec<(&Version, Day, Row)> = Vec::new();
    for (index, version) in ordered.iter().enumerate() {
        let recorded = version.recorded_at.or((index > 0).then_some(version.imported_at));
        if let (Some(known_by), Some(recorded)) = (known_by, recorded)
            && recorded > known_by
        {
            continue;
        }
        let mut row = version.row.clone();
        if let (Some(known_by), None) = (known_by, version.recorded_at)
            && !forget_after(file, &mut row, known_by, calendar)
        {
            continue;
        }
        let from =
            if known.is_empty() { Day::MIN } else { recorded.map_or(Day::MIN, |at| calendar.day_of(at)) };
        known.push((version, from, row));
    }
    let mut spans: Vec<Held<Row>> = Vec::new();
    for index in 0..known.len() {
        let until = known.get(index + 1).map_or(Day::MAX, |next| next.1);
        if known[index].1 >= until {
            continue;
        }
        // What a later version dates counts from its day, not before: the span is cut on those days.
        let (from, own) = (known[index].1, &known[index].2);
        let later: Vec<&Row> = known[index + 1..].iter().map(|version| &version.2).collect();
        let dates =
            later.iter().flat_map(|row| file.columns.iter().zip(&row.cells)).filter_map(|(column, cell)| {
                matches!(column.tense, Tense::Happened | Tense::Began)
                    .then(|| day_of(cell, calendar))
                    .flatten()
            });
        let mut cuts: Vec<Day> = dates.filter(|day| from < *day && *day < until).chain([from]).collect();
        cuts.sort_unstable();
        cuts.dedup();
        let mut pieces: Vec<Held<Row>> = Vec::new();
        for (place, cut) in cuts.iter().enumerate() {
            let mut row = own.clone();
            for later in &later {
                remember_earlier(file, &mut row, later, *cut, calendar);
            }
            let until = cuts.get(place + 1).copied().unwrap_or(until);
            match pieces.last_mut() {
                Some(last) if last.value == row => last.until = until,
                _ => pieces.push(Held { from: *cut, until, value: row }),
            }
        }
        spans.extend(pieces);
    }
    spans
}

/// [`held`] as typed nouns.
pub fn held_as<T: Record>(
    versions: &[Version],
    known_by: Option<Instant>,
    calendar: &Calendar,
) -> Vec<Held<T>> {
    held(T::FILE, versions, known_by, calendar)
        .into_iter()
        .map(|span| span.map(|row| T::from_row(&row)))
        .collect()
}

/// The row of one key as of the day, from all its versions in any order: what happens later reads as empty. `None` where
/// no version is known, or the row begins later. An account is there before it is a customer.
pub fn as_of(
    file: &File,
    versions: &[Version],
    known_by: Option<Instant>,
    calendar: &Calendar,
    day: Day,
) -> Option<Row> {
    let mut row = match (versions, known_by) {
        // Nearly every row has one version, and nothing is left out of it.
        ([only], None) => only.row.clone(),
        _ => held(file, versions, known_by, calendar).into_iter().find(|span| span.at(day).is_some())?.value,
    };
    for (column, cell) in file.columns.iter().zip(&mut row.cells) {
        let is_later = day_of(cell, calendar).is_some_and(|on| on > day);
        match column.tense {
            Tense::Began if is_later && file.name != "accounts" => return None,
            Tense::Began | Tense::Happened if is_later => *cell = Cell::Empty,
            _ => {}
        }
    }
    Some(row)
}

/// Empties the dates after the instant. `false` where the row itself began only later.
fn forget_after(file: &File, row: &mut Row, known_by: Instant, calendar: &Calendar) -> bool {
    for (column, cell) in file.columns.iter().zip(&mut row.cells) {
        let known_at = match cell {
            Cell::Day(day) => calendar.start_of(*day),
            Cell::Instant(at) => *at,
            _ => continue,
        };
        match column.tense {
            Tense::Began if known_at > known_by => return false,
            Tense::Happened if known_at > known_by => *cell = Cell::Empty,
            _ => {}
        }
    }
    true
}

/// Takes from a later version the dates up to the day that the row does not have, or has later.
fn remember_earlier(file: &File, row: &mut Row, later: &Row, day: Day, calendar: &Calendar) {
    for ((column, own), other) in file.columns.iter().zip(&mut row.cells).zip(&later.cells) {
        if !matches!(column.tense, Tense::Happened | Tense::Began)
            || day_of(other, calendar).is_none_or(|other| other > day)
        {
            continue;
        }
        match (&*own, other) {
            (Cell::Empty, other) if column.tense == Tense::Happened => *own = other.clone(),
            (Cell::Day(mine), Cell::Day(theirs)) if theirs < mine => *own = other.clone(),
            (Cell::Instant(mine), Cell::Instant(theirs)) if theirs < mine => *own = other.clone(),
            _ => {}
        }
    }
}

fn day_of(cell: &Cell, calendar: &Calendar) -> Option<Day> {
    match cell {
        Cell::Day(day) => Some(*day),
        Cell::Instant(at) => Some(calendar.day_of(*at)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ticket::Ticket;

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }

    fn ticket(severity: i64, resolved_at: Option<&str>) -> Row {
        Ticket {
            external_id: "t".into(),
            account: "a".into(),
            severity,
            opened_at: at("2025-01-01"),
            person: None,
            first_response_at: None,
            resolved_at: resolved_at.map(at),
            due_at: None,
            category: None,
            subject: None,
            attributes: Default::default(),
        }
        .to_row()
    }

    fn version(recorded_at: Option<&str>, imported_at: &str, row: Row) -> Version {
        Version { recorded_at: recorded_at.map(at), imported_at: at(imported_at), row }
    }

    /// `(severity, resolved by the day)` as of the day.
    fn read(versions: &[Version], known_by: Option<&str>, day: &str) -> Option<(i64, bool)> {
        let calendar = Calendar::utc();
        let day: Day = day.parse().unwrap();
        let spans = held_as::<Ticket>(versions, known_by.map(at), &calendar);
        let ticket = spans.iter().find_map(|span| span.at(day))?;
        Some((ticket.severity, ticket.resolved_at.is_some_and(|resolved| calendar.day_of(resolved) <= day)))
    }

    #[test]
    fn a_change_holds_from_its_import_and_the_first_value_from_the_beginning() {
        let versions =
            [version(None, "2025-06-01", ticket(2, None)), version(None, "2025-07-01", ticket(1, None))];
        assert_eq!(read(&versions, None, "2025-02-01"), Some((2, false)));
        assert_eq!(read(&versions, None, "2025-06-30"), Some((2, false)));
        assert_eq!(read(&versions, None, "2025-07-01"), Some((1, false)));
    }

    #[test]
    fn a_change_with_recorded_at_holds_from_it_in_any_order() {
        let mut versions = vec![
            version(Some("2025-03-01"), "2026-01-01", ticket(1, None)),
            version(Some("2025-01-01"), "2026-01-01", ticket(3, None)),
        ];
        for _ in 0..2 {
            assert_eq!(read(&versions, None, "2025-02-28"), Some((3, false)));
            assert_eq!(read(&versions, None, "2025-03-01"), Some((1, false)));
            assert_eq!(read(&versions, Some("2025-02-01T12:00:00Z"), "2025-03-05"), Some((3, false)));
            versions.reverse();
        }
    }

    #[test]
    fn what_happened_counts_from_its_own_day_unless_only_the_known_is_asked_for() {
        let versions = [
            version(Some("2025-01-01"), "2026-01-01", ticket(2, None)),
            version(Some("2025-03-01"), "2026-01-01", ticket(2, Some("2025-01-10"))),
        ];
        assert_eq!(read(&versions, None, "2025-01-09"), Some((2, false)));
        assert_eq!(read(&versions, None, "2025-01-15"), Some((2, true)));
        assert_eq!(read(&versions, Some("2025-02-01"), "2025-01-15"), Some((2, false)));
        let undated = [version(None, "2026-01-01", ticket(2, Some("2025-01-10")))];
        assert_eq!(read(&undated, Some("2025-01-05"), "2025-02-01"), Some((2, false)));
        assert_eq!(read(&undated, Some("2024-12-31"), "2025-02-01"), None);
    }

    #[test]
    fn as_of_a_day_nothing_later_is_there() {
        let calendar = Calendar::utc();
        let versions = [
            version(Some("2025-01-01"), "2026-01-01", ticket(2, None)),
            version(Some("2025-03-01"), "2026-01-01", ticket(1, Some("2025-03-10"))),
        ];
        let on = |day: &str, known_by: Option<&str>| {
            let row = as_of(Ticket::FILE, &versions, known_by.map(at), &calendar, day.parse().unwrap())?;
            let ticket = Ticket::from_row(&row);
            Some((ticket.severity, ticket.resolved_at))
        };
        assert_eq!(on("2024-12-31", None), None);
        assert_eq!(on("2025-01-01", None), Some((2, None)));
        assert_eq!(on("2025-03-09", None), Some((1, None)));
        assert_eq!(on("2025-03-10", None), Some((1, Some(at("2025-03-10")))));
        assert_eq!(on("2025-03-10", Some("2025-02-01")), Some((2, None)));
        // A single version takes the short way, and an account is there before it is a customer.
        let later = as_of(Ticket::FILE, &versions[..1], None, &calendar, "2024-12-31".parse().unwrap());
        assert_eq!(later, None);
        let account = Row {
            cells: crate::account::Account::FILE
                .columns
                .iter()
                .map(|column| match column.name {
                    "external_id" | "name" => Cell::Text("a".to_owned()),
                    "customer_since" => Cell::Day("2025-06-01".parse().unwrap()),
                    _ => Cell::Empty,
                })
                .collect(),
            ..Row::default()
        };
        let versions = [version(None, "2026-01-01", account)];
        let row =
            as_of(crate::account::Account::FILE, &versions, None, &calendar, "2025-05-01".parse().unwrap());
        assert_eq!(crate::account::Account::from_row(&row.unwrap()).customer_since, None);
    }

    #[test]
    fn a_date_taken_back_is_gone_from_then_on_only() {
        let versions = [
            version(Some("2025-01-01"), "2026-01-01", ticket(2, Some("2025-01-10"))),
            version(Some("2025-02-01"), "2026-01-01", ticket(2, None)),
        ];
        assert_eq!(read(&versions, None, "2025-01-31"), Some((2, true)));
        assert_eq!(read(&versions, None, "2025-02-01"), Some((2, false)));
    }
}
