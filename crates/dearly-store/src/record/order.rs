//! The order of the versions of a key, as `dearly_domain::history` reads them.

use dearly_domain::Instant;

/// When a version became known and when it was imported.
pub(super) trait Stamped {
    fn recorded_at(&self) -> Option<Instant>;
    fn imported_at(&self) -> Instant;
}

/// The position of the version in force at an instant: of those known by then, the last. The first version, where it
/// has no `recorded_at`, was always so.
///
/// `versions` stand in the order in which they were stored.
pub(super) fn in_force<T: Stamped>(versions: &[T], at: Instant) -> Option<usize> {
    let ordered = ordered(versions);
    let known = |(rank, &position): (usize, &usize)| {
        let version = &versions[position];
        let since = version.recorded_at().or((rank > 0).then_some(version.imported_at()));
        since.is_none_or(|since| since <= at)
    };
    ordered.iter().enumerate().take_while(|&ranked| known(ranked)).last().map(|(_, &position)| position)
}

/// The position of the version that holds from the beginning.
pub(super) fn first<T: Stamped>(versions: &[T]) -> Option<usize> {
    ordered(versions).first().copied()
}

fn ordered<T: Stamped>(versions: &[T]) -> Vec<usize> {
    let mut ordered: Vec<usize> = (0..versions.len()).collect();
    ordered.sort_by_key(|&position| {
        let version = &versions[position];
        (version.recorded_at().unwrap_or(version.imported_at()), version.imported_at())
    });
    if let Some(rank) = ordered.iter().position(|&position| versions[position].recorded_at().is_none())
        && let imported_at = versions[ordered[rank]].imported_at()
        && ordered[..rank].iter().all(|&position| versions[position].imported_at() >= imported_at)
    {
        ordered[..=rank].rotate_right(1);
    }
    ordered
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Stamped for (Option<i64>, i64) {
        fn recorded_at(&self) -> Option<Instant> {
            self.0.map(Instant::from_micros)
        }
        fn imported_at(&self) -> Instant {
            Instant::from_micros(self.1)
        }
    }

    #[test]
    fn the_version_in_force_is_the_last_one_known() {
        for (versions, at, expect) in [
            (vec![], 5, None),
            (vec![(None, 10)], 5, Some(0)),
            (vec![(Some(7), 10)], 5, None),
            (vec![(Some(7), 10), (Some(3), 11)], 5, Some(1)),
            (vec![(Some(7), 10), (Some(3), 11)], 7, Some(0)),
            (vec![(None, 10), (Some(3), 11)], 2, Some(0)),
            (vec![(None, 10), (Some(3), 11)], 20, Some(1)),
            (vec![(Some(3), 10), (None, 11)], 10, Some(0)),
            (vec![(Some(3), 10), (None, 11)], 11, Some(1)),
            (vec![(Some(3), 10), (Some(3), 12)], 3, Some(1)),
        ] {
            assert_eq!(in_force(&versions, Instant::from_micros(at)), expect, "{versions:?} at {at}");
        }
    }
}
