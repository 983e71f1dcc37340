//! How often something is had.

/// The most times something gives something to one member, by the member's past at this till.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Times {
    /// On one business date, from 1.
    pub day: Option<u32>,
    /// In one calendar month of business dates, from 1.
    pub month: Option<u32>,
    /// In one calendar year of business dates, from 1.
    pub year: Option<u32>,
    /// As long as there is something of this id: for a campaign, all of it. From 1.
    pub ever: Option<u32>,
}

/// Over which time something is had so often.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimesWindow {
    /// One business date.
    Day,
    /// One calendar month.
    Month,
    /// One calendar year.
    Year,
    /// Always.
    Ever,
}

impl Times {
    /// Each limit there is, with its window, the shortest first.
    pub fn all(&self) -> impl Iterator<Item = (TimesWindow, u32)> {
        let all = [
            (TimesWindow::Day, self.day),
            (TimesWindow::Month, self.month),
            (TimesWindow::Year, self.year),
            (TimesWindow::Ever, self.ever),
        ];
        all.into_iter()
            .filter_map(|(window, most)| Some((window, most?)))
    }

    /// There is a limit.
    pub fn is_limited(&self) -> bool {
        self.all().next().is_some()
    }

    /// How many days of the past it looks at, the business date included.
    pub(super) fn days(&self) -> u32 {
        let days = |window| match window {
            TimesWindow::Day => 1,
            TimesWindow::Month => 31,
            TimesWindow::Year => 366,
            TimesWindow::Ever => super::HISTORY_ALL,
        };
        self.all()
            .map(|(window, _)| days(window))
            .max()
            .unwrap_or(0)
    }
}
