//! The valid word that somebody most likely meant.

/// The candidate nearest to the word, where one is near enough to be what was meant.
pub(crate) fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded = fold(word);
    let length = folded.chars().count();
    if length == 0 || length > 64 {
        return None;
    }
    candidates
        .into_iter()
        .map(|candidate| (strsim::osa_distance(&folded, &fold(candidate)), candidate))
        .filter(|(distance, candidate)| *distance * 3 <= length.max(candidate.chars().count()))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Upper case, blanks and hyphens do not make another word.
fn fold(word: &str) -> String {
    word.trim().to_lowercase().replace([' ', '-', '.'], "_")
}

/// ` (did you mean x?)`, or nothing.
pub(crate) fn hint<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    nearest(word, candidates).map_or_else(String::new, |candidate| format!(" (did you mean {candidate}?)"))
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_typing_mistake_is_near_and_another_word_is_not() {
        let words = ["external_id", "name", "segment"];
        for (typed, meant) in
            [("External ID", Some("external_id")), ("segmnt", Some("segment")), ("colour", None), ("", None)]
        {
            assert_eq!(nearest(typed, words), meant, "{typed}");
        }
    }
}
