//! Where a body was sent: the paths of the Segment HTTP API.

/// What a path takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Endpoint {
    /// Something that a user did.
    Track,
    /// Who a user is.
    Identify,
    /// Which account a user belongs to, and what that account is.
    Group,
    /// A page that a user saw.
    Page,
    /// A screen that a user saw.
    Screen,
    /// Two ids of one user.
    Alias,
    /// Many calls, each with its `type`.
    Batch,
}

impl Endpoint {
    /// Every endpoint.
    pub const ALL: [Endpoint; 7] = [
        Endpoint::Track,
        Endpoint::Identify,
        Endpoint::Group,
        Endpoint::Page,
        Endpoint::Screen,
        Endpoint::Alias,
        Endpoint::Batch,
    ];

    /// The last parts of its paths: the word, what the browser's SDK shortens it to, and what stands for the same.
    pub fn paths(self) -> &'static [&'static str] {
        match self {
            Endpoint::Track => &["track", "t"],
            Endpoint::Identify => &["identify", "i"],
            Endpoint::Group => &["group", "g"],
            Endpoint::Page => &["page", "p"],
            Endpoint::Screen => &["screen", "s"],
            Endpoint::Alias => &["alias", "a"],
            Endpoint::Batch => &["batch", "b", "import"],
        }
    }

    /// The endpoint of a single call of this `type`.
    pub(crate) fn of_type(name: &str) -> Option<Endpoint> {
        Endpoint::ALL.into_iter().find(|own| *own != Endpoint::Batch && own.paths()[0] == name)
    }

    /// The word.
    pub fn as_str(self) -> &'static str {
        self.paths()[0]
    }
}
