//! The valid word that somebody most likely meant.

/// Beyond this a word is no typing mistake, and comparing it would cost more than it tells.
const LONGEST_WORD: usize = 64;

/// The candidate nearest to the word, where one is near enough to be what was meant.
pub(crate) fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let letters = word.chars().count();
    if letters == 0 || letters > LONGEST_WORD {
        return None;
    }
    let folded = word.to_lowercase().replace(['-', ' '], "_");
    candidates
        .into_iter()
        .map(|candidate| (strsim::osa_distance(&folded, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| *distance <= letters.max(candidate.len()).div_ceil(3))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Help in words: the nearest candidate, else the list of them where it is short.
pub(crate) fn help<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let candidates: Vec<&str> = candidates.into_iter().collect();
    if let Some(candidate) = nearest(word, candidates.iter().copied()) {
        return Some(format!("did you mean `{candidate}`?"));
    }
    one_of(&candidates)
}

/// `one of a, b, c`; nothing where there is nothing to choose from.
pub(crate) fn one_of(candidates: &[&str]) -> Option<String> {
    match candidates {
        [] => None,
        [only] => Some(format!("only `{only}` is possible")),
        many => Some(format!("expected one of {}", many.join(", "))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typing_mistake_is_near_and_another_word_is_not() {
        let words = ["weight", "measures", "label", "require"];
        for (typed, meant) in
            [("wieght", Some("weight")), ("Labels", Some("label")), ("colour", None), ("", None)]
        {
            assert_eq!(nearest(typed, words), meant, "{typed}");
        }
        assert_eq!(nearest(&"w".repeat(10_000), words), None);
    }
}
