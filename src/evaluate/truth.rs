//! Yes, no, and not known: what the till cannot know is never taken for a no.

/// Whether something holds. In an `and` the least counts, in an `or` the greatest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Truth {
    /// It does not.
    No,
    /// What it takes to tell is not known here.
    Unknown,
    /// It does.
    Yes,
}

impl Truth {
    pub fn of(holds: bool) -> Self {
        if holds { Self::Yes } else { Self::No }
    }

    /// Nothing known, nothing told.
    pub fn known(holds: Option<bool>) -> Self {
        holds.map_or(Self::Unknown, Self::of)
    }

    pub fn not(self) -> Self {
        match self {
            Self::No => Self::Yes,
            Self::Unknown => Self::Unknown,
            Self::Yes => Self::No,
        }
    }

    pub fn all(parts: impl Iterator<Item = Self>) -> Self {
        parts.min().unwrap_or(Self::Yes)
    }

    pub fn any(parts: impl Iterator<Item = Self>) -> Self {
        parts.max().unwrap_or(Self::No)
    }
}
