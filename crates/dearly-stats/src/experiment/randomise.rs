use crate::random::{shuffle, stream};
use crate::{Clusters, Error};

/// Assigns arms by permuted blocks within strata, from a seed.
///
/// Each stratum is filled block by block; a block holds each arm `per_block[arm]` times, in an order drawn at random,
/// so that the arms never drift apart by more than a block. `[4, 1]` is one holdout in five. The last block of a
/// stratum may be cut.
///
/// The units of a stratum are taken in the order given: sort them by id, and keep the list and the seed, so that anyone
/// can draw the same arms again. To randomise whole clusters (a manager's portfolio), give one row for each.
///
/// # Shapes
/// One row for each unit in `strata`; the answer has its arm, from 0.
///
/// # Errors
/// [`Error::Empty`] without units; [`Error::Refused`] for fewer than two arms or an arm that has no place in the block.
///
/// # Source
/// Matts and Lachin (1988), *Properties of permuted-block randomization*.
///
/// # Example
/// ```
/// use dearly_stats::{Clusters, experiment::permuted_blocks};
///
/// let segments = Clusters::from_labels(&["smb", "smb", "smb", "smb", "enterprise", "enterprise"]);
/// let arms = permuted_blocks(&segments, &[1, 1], 20261122)?;
/// // Two and two of the small ones, one and one of the large.
/// assert_eq!(arms[..4].iter().sum::<usize>(), 2);
/// assert_eq!(arms[4..].iter().sum::<usize>(), 1);
/// # Ok::<(), dearly_stats::Error>(())
/// ```
pub fn permuted_blocks(strata: &Clusters, per_block: &[usize], seed: u64) -> Result<Vec<usize>, Error> {
    if strata.rows() == 0 {
        return Err(Error::Empty { what: "a randomisation", needed: 2 });
    }
    if per_block.len() < 2 || per_block.contains(&0) {
        return Err(Error::Refused(
            "a block needs at least two arms, each at least once: give [1, 1], or [4, 1] for one holdout in five"
                .to_owned(),
        ));
    }
    let block: Vec<usize> =
        per_block.iter().enumerate().flat_map(|(arm, &times)| std::iter::repeat_n(arm, times)).collect();
    let mut arms = vec![0; strata.rows()];
    for (stratum, members) in strata.members().into_iter().enumerate() {
        let mut rng = stream(seed, stratum as u64);
        for units in members.chunks(block.len()) {
            let mut permuted = block.clone();
            shuffle(&mut rng, &mut permuted);
            for (&unit, &arm) in units.iter().zip(&permuted) {
                arms[unit] = arm;
            }
        }
    }
    Ok(arms)
}
