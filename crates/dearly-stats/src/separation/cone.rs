use crate::Design;
use crate::matrix::dot;

/// On which side of its row a direction must stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// x′b ≥ 0: an outcome of 1.
    Above,
    /// x′b ≤ 0: an outcome of 0.
    Below,
    /// x′b = 0: an outcome between, which any move makes worse.
    Both,
}

/// A product is 0 below this, for vectors of length 1.
const NOTHING: f64 = 1e-9;

/// A direction b, in units of the columns' sizes, that stays on the right side of every row and leaves at least one,
/// with the rows it leaves; none if there is none.
///
/// b is what remains of Σ s_i x_i when the cone of the rows' s_i x_i, moved against it, is used up: the active-set method
/// for non-negative least squares, where the unknowns are as many as rows but only as many as columns are ever above 0.
pub(super) fn recession_direction(
    design: &Design,
    sizes: &[f64],
    rows: &[(usize, Side)],
) -> Option<(Vec<f64>, Vec<bool>)> {
    let p = design.columns();
    // Rows in units of their columns, each of length 1.
    let mut units = Vec::with_capacity(rows.len() * p);
    let mut target = vec![0.0; p];
    for &(row, side) in rows {
        let begin = units.len();
        units.extend(design.row(row).iter().zip(sizes).map(|(value, size)| value / size));
        let length = dot(&units[begin..], &units[begin..]).sqrt();
        let sign = if side == Side::Below { -1.0 } else { 1.0 };
        let factor = if length > 0.0 { sign / length } else { 0.0 };
        units[begin..].iter_mut().for_each(|value| *value *= factor);
        if side != Side::Both {
            target.iter_mut().zip(&units[begin..]).for_each(|(sum, value)| *sum += value);
        }
    }
    let whole = dot(&target, &target).sqrt();
    let mut active: Vec<Generator> = Vec::new();
    let mut rest = target.clone();
    let mut barred: Vec<usize> = Vec::new();
    for _ in 0..100 * p + 100 {
        let length = dot(&rest, &rest).sqrt();
        // What rounding leaves of nothing.
        if length <= NOTHING * (1.0 + whole.min(rows.len() as f64)) {
            return None;
        }
        let Some(entering) = most_against(&units, rows, &rest, length, &barred) else {
            let told: Vec<bool> = units
                .chunks_exact(p)
                .zip(rows)
                .map(|(unit, &(_, side))| side != Side::Both && dot(unit, &rest) > 1e-7 * length)
                .collect();
            return told.contains(&true).then_some((rest, told));
        };
        active.push(entering.clone());
        let entered = settle(&mut active, &target);
        rest.copy_from_slice(&target);
        for generator in &active {
            rest.iter_mut().zip(&generator.unit).for_each(|(rest, unit)| *rest += generator.amount * unit);
        }
        if entered && dot(&rest, &rest).sqrt() < length * (1.0 - 1e-14) {
            barred.clear();
        } else {
            // Rounding lets it bring nothing; another may.
            barred.push(entering.index);
        }
    }
    None
}

/// A row that is used, by how much.
#[derive(Clone)]
struct Generator {
    index: usize,
    unit: Vec<f64>,
    amount: f64,
}

/// The row that points most against what remains; none if none does.
fn most_against(
    units: &[f64],
    rows: &[(usize, Side)],
    rest: &[f64],
    length: f64,
    barred: &[usize],
) -> Option<Generator> {
    let p = rest.len();
    let mut most = (-NOTHING * length, None);
    for (index, (unit, &(_, side))) in units.chunks_exact(p).zip(rows).enumerate() {
        let product = dot(unit, rest);
        let against = if side == Side::Both { -product.abs() } else { product };
        if against < most.0 && !barred.contains(&index) {
            most = (against, Some((index, if side == Side::Both && product > 0.0 { -1.0 } else { 1.0 })));
        }
    }
    most.1.map(|(index, sign)| Generator {
        index,
        unit: units[index * p..(index + 1) * p].iter().map(|value| value * sign).collect(),
        amount: 0.0,
    })
}

/// Moves the amounts to the least squares of −target, dropping those that would fall below 0; false if the last one,
/// which has just entered, cannot rise.
fn settle(active: &mut Vec<Generator>, target: &[f64]) -> bool {
    let newest = active.last().map(|generator| generator.index);
    loop {
        let Some(wanted) = least_squares(active, target) else {
            active.pop();
            return false;
        };
        if wanted.last().is_some_and(|&amount| amount <= 0.0)
            && active.last().map(|last| last.index) == newest
        {
            active.pop();
            return false;
        }
        if wanted.iter().all(|&amount| amount > 0.0) {
            active.iter_mut().zip(wanted).for_each(|(generator, amount)| generator.amount = amount);
            return true;
        }
        let mut share = 1.0f64;
        for (generator, &wanted) in active.iter().zip(&wanted).filter(|&(_, &wanted)| wanted <= 0.0) {
            share = share.min(generator.amount / (generator.amount - wanted));
        }
        for (generator, &wanted) in active.iter_mut().zip(&wanted) {
            generator.amount += share * (wanted - generator.amount);
        }
        let least = active.iter().map(|generator| generator.amount).fold(f64::INFINITY, f64::min).max(0.0);
        active
            .retain(|generator| generator.amount > least * (1.0 + 1e-12) || Some(generator.index) == newest);
        if active.is_empty() {
            return true;
        }
    }
}

/// The amounts that bring target + Σ amount · unit nearest to 0, by orthogonalisation; none if the units are not
/// independent.
fn least_squares(active: &[Generator], target: &[f64]) -> Option<Vec<f64>> {
    let count = active.len();
    if count > target.len() {
        return None;
    }
    let mut basis: Vec<Vec<f64>> = Vec::with_capacity(count);
    let mut upper = vec![vec![0.0; count]; count];
    for (column, generator) in active.iter().enumerate() {
        let mut unit = generator.unit.clone();
        // Twice is enough: the second pass removes what rounding left of the first.
        for _ in 0..2 {
            for (before, known) in basis.iter().enumerate() {
                let share = dot(known, &unit);
                upper[before][column] += share;
                unit.iter_mut().zip(known).for_each(|(value, known)| *value -= share * known);
            }
        }
        let length = dot(&unit, &unit).sqrt();
        if length < 1e-11 {
            return None;
        }
        upper[column][column] = length;
        unit.iter_mut().for_each(|value| *value /= length);
        basis.push(unit);
    }
    let mut amounts: Vec<f64> = basis.iter().map(|unit| -dot(unit, target)).collect();
    for column in (0..count).rev() {
        for later in column + 1..count {
            amounts[column] -= upper[column][later] * amounts[later];
        }
        amounts[column] /= upper[column][column];
    }
    Some(amounts)
}
