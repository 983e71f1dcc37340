//! Times and their percentiles.

use std::time::Instant;

/// Times of many runs, in microseconds, sorted.
pub struct Sample(Vec<f64>);

impl Sample {
    /// One run of each in turn, so that both meet the same moods of the machine. `pause` is called
    /// now and then, outside of what is timed.
    pub fn pairs(
        runs: usize,
        mut one: impl FnMut(usize),
        mut other: impl FnMut(usize),
        mut pause: impl FnMut(),
    ) -> (Self, Self) {
        let (mut ones, mut others) = (Vec::new(), Vec::new());
        for run in 0..runs {
            if run % 100 == 0 {
                pause();
            }
            // Who goes first alternates: the second finds the disk busier or quieter.
            for turn in 0..2 {
                let is_one = (run + turn) % 2 == 0;
                let began = Instant::now();
                if is_one {
                    one(run);
                } else {
                    other(run);
                }
                let spent = began.elapsed().as_nanos() as f64 / 1e3;
                if is_one {
                    ones.push(spent);
                } else {
                    others.push(spent);
                }
            }
        }
        (Self::of(ones), Self::of(others))
    }

    pub fn single(runs: usize, mut one: impl FnMut(usize)) -> Self {
        let mut times = Vec::with_capacity(runs);
        for run in 0..runs {
            let began = Instant::now();
            one(run);
            times.push(began.elapsed().as_nanos() as f64 / 1e3);
        }
        Self::of(times)
    }

    pub fn of(mut times: Vec<f64>) -> Self {
        times.sort_by(f64::total_cmp);
        Self(times)
    }

    pub fn at(&self, thousandths: usize) -> f64 {
        self.0[(self.0.len() - 1) * thousandths / 1_000]
    }

    pub fn p50(&self) -> f64 {
        self.at(500)
    }
}
