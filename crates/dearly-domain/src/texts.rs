//! Many texts in one piece of memory.

use std::ops::Index;

/// A list of texts that is added to and read, never changed: one allocation for all of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Texts {
    joined: String,
    /// Where each text ends in `joined`.
    ends: Vec<usize>,
}

impl Texts {
    /// How many texts.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Adds a text.
    pub fn push(&mut self, text: impl AsRef<str>) {
        self.joined.push_str(text.as_ref());
        self.ends.push(self.joined.len());
    }

    /// The texts, one by one.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &str> + '_ {
        (0..self.len()).map(|place| &self[place])
    }
}

impl Index<usize> for Texts {
    type Output = str;

    #[inline]
    fn index(&self, place: usize) -> &str {
        let start = if place == 0 { 0 } else { self.ends[place - 1] };
        &self.joined[start..self.ends[place]]
    }
}

impl<S: AsRef<str>> Extend<S> for Texts {
    fn extend<T: IntoIterator<Item = S>>(&mut self, texts: T) {
        texts.into_iter().for_each(|text| self.push(text));
    }
}

impl<S: AsRef<str>> FromIterator<S> for Texts {
    fn from_iter<T: IntoIterator<Item = S>>(texts: T) -> Texts {
        let mut gathered = Texts::default();
        gathered.extend(texts);
        gathered
    }
}

impl<S: AsRef<str>> From<Vec<S>> for Texts {
    fn from(texts: Vec<S>) -> Texts {
        texts.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_come_out_as_they_went_in() {
        let all = ["a", "", "übermut", "", "b"];
        let texts = Texts::from(all.to_vec());
        assert_eq!(texts.iter().collect::<Vec<_>>(), all);
        assert_eq!((&texts[1], &texts[2], texts.len(), texts.is_empty()), ("", "übermut", 5, false));
        assert!(Texts::default().is_empty());
    }
}
