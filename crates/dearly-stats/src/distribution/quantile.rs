//! Quantiles by Newton's method on the logarithm of the smaller tail, held inside a bracket.

/// Both tails of a distribution at a point, and the density with respect to the variable it is inverted in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tails {
    pub(crate) lower: f64,
    pub(crate) upper: f64,
    pub(crate) density: f64,
}

/// The u at which the lower tail is `p` and the upper `q`, from `start`. `tails` must rise with u over all of ℝ.
pub(crate) fn invert(p: f64, q: f64, start: f64, tails: impl Fn(f64) -> Tails) -> f64 {
    let on_lower = p <= q;
    let target = p.min(q).ln();
    // Positive where u is too large, with its derivative.
    let error = |u: f64| {
        let at = tails(u);
        let tail = if on_lower { at.lower } else { at.upper };
        let difference = tail.ln() - target;
        if on_lower { (difference, at.density / tail) } else { (-difference, at.density / tail) }
    };
    let (mut low, mut high) = (f64::NEG_INFINITY, f64::INFINITY);
    let mut u = start;
    let mut stride = 1.0;
    for _ in 0..300 {
        let (value, slope) = error(u);
        if value == 0.0 {
            return u;
        }
        if value > 0.0 {
            high = u;
        } else {
            low = u;
        }
        let mut next = u - value / slope;
        let wild = !next.is_finite() || (next - u).abs() > 4.0 * stride;
        if wild {
            next = u - value.signum() * stride;
            stride *= 2.0;
        }
        if (next - u).abs() <= 1e-15 * u.abs().max(0.1) {
            return next;
        }
        if next <= low || next >= high {
            // A step across a bound that rounding alone has set means that there is nothing left to gain.
            if (next - u).abs() <= 1e-13 * u.abs().max(0.1) {
                return u;
            }
            next = if low.is_finite() && high.is_finite() {
                0.5 * (low + high)
            } else {
                u - value.signum() * stride
            };
        }
        u = next;
    }
    u
}
