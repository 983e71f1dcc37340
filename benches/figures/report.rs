//! The table on standard output and `target/bench.json`.

use std::io::Write as _;
use std::time::Duration;

use serde_json::json;

use crate::measure::Sample;
use crate::place;

/// What a figure has to keep.
#[derive(Clone, Copy)]
pub enum Floor {
    RatioMost(f64),
    RatioLeast(f64),
    Most(f64),
    Least(f64),
    Exactly(f64),
}

impl Floor {
    fn holds(self, row: &Row) -> bool {
        let ratio = row.ratio();
        match self {
            Self::RatioMost(most) => ratio.is_some_and(|ratio| ratio <= most),
            Self::RatioLeast(least) => ratio.is_some_and(|ratio| ratio >= least),
            Self::Most(most) => row.value <= most,
            Self::Least(least) => row.value >= least,
            #[allow(clippy::float_cmp)] // counts
            Self::Exactly(count) => row.value == count,
        }
    }

    fn text(self, unit: &str) -> String {
        match self {
            Self::RatioMost(most) => format!("ratio <= {most}"),
            Self::RatioLeast(least) => format!("ratio >= {least:.2}"),
            Self::Most(most) => format!("<= {most} {unit}"),
            Self::Least(least) => format!(">= {least} {unit}"),
            Self::Exactly(count) => format!("= {count}"),
        }
    }
}

/// One figure.
pub struct Row {
    name: String,
    unit: &'static str,
    value: f64,
    tail: Option<[f64; 2]>,
    baseline: Option<f64>,
    baseline_tail: Option<[f64; 2]>,
    floors: Vec<Floor>,
    goal: &'static str,
}

fn tail(sample: &Sample) -> Option<[f64; 2]> {
    Some([sample.at(990), sample.at(999)])
}

impl Row {
    pub fn value(name: &str, value: f64, unit: &'static str) -> Self {
        Self {
            name: name.to_owned(),
            unit,
            value,
            tail: None,
            baseline: None,
            baseline_tail: None,
            floors: Vec::new(),
            goal: "",
        }
    }

    /// The median, with p99 and p99.9.
    pub fn times(name: &str, sample: &Sample) -> Self {
        Self {
            tail: tail(sample),
            ..Self::value(name, sample.p50(), "us")
        }
    }

    pub fn beside(self, baseline: &Sample) -> Self {
        Self {
            baseline: Some(baseline.p50()),
            baseline_tail: tail(baseline),
            ..self
        }
    }

    pub fn beside_value(self, baseline: f64) -> Self {
        Self {
            baseline: Some(baseline),
            ..self
        }
    }

    pub fn floors(self, floors: &[Floor]) -> Self {
        Self {
            floors: floors.to_vec(),
            ..self
        }
    }

    pub fn goal(self, goal: &'static str) -> Self {
        Self { goal, ..self }
    }

    fn ratio(&self) -> Option<f64> {
        self.baseline.map(|baseline| self.value / baseline)
    }

    /// Nothing where there is no floor.
    fn holds(&self) -> Option<bool> {
        let holds = || self.floors.iter().all(|floor| floor.holds(self));
        (!self.floors.is_empty()).then(holds)
    }

    fn floor_text(&self) -> String {
        let texts: Vec<String> = self
            .floors
            .iter()
            .map(|floor| floor.text(self.unit))
            .collect();
        texts.join(" and ")
    }
}

/// All figures so far.
pub struct Report {
    machine: Vec<String>,
    rows: Vec<Row>,
}

impl Report {
    pub fn new() -> Self {
        let machine = place::describe();
        for line in &machine {
            println!("{line}");
        }
        println!(
            "\n{:<46} {:>11} {:>8} {:>8} {:>9} {:>6} {:<5} floor",
            "what (p50)", "value", "p99", "p99.9", "baseline", "ratio", "holds"
        );
        Self {
            machine,
            rows: Vec::new(),
        }
    }

    pub fn add(&mut self, row: Row) {
        let [p99, p999] = row
            .tail
            .map_or_else(Default::default, |tail| tail.map(short));
        println!(
            "{:<46} {:>11} {p99:>8} {p999:>8} {:>9} {:>6} {:<5} {}{}",
            row.name,
            format!("{} {}", short(row.value), row.unit),
            row.baseline.map_or_else(String::new, short),
            row.ratio().map_or_else(String::new, short),
            match row.holds() {
                Some(true) => "yes",
                Some(false) => "NO",
                None => "",
            },
            row.floor_text(),
            if row.goal.is_empty() {
                String::new()
            } else {
                format!(" (goal {})", row.goal)
            },
        );
        self.rows.push(row);
    }

    pub fn finish(&self, took: Duration) {
        let broken = self
            .rows
            .iter()
            .filter(|row| row.holds() == Some(false))
            .count();
        println!(
            "\n{} figures, {broken} below their floor, in {:.0} s; target/bench.json",
            self.rows.len(),
            took.as_secs_f64()
        );
        self.write();
    }

    fn write(&self) {
        let rows: Vec<_> = self
            .rows
            .iter()
            .map(|row| {
                json!({
                    "name": row.name,
                    "value": row.value,
                    "unit": row.unit,
                    "p99_p999": row.tail,
                    "baseline": row.baseline,
                    "baseline_p99_p999": row.baseline_tail,
                    "ratio": row.ratio(),
                    "floor": row.floor_text(),
                    "goal": row.goal,
                    "holds": row.holds(),
                    "machine": self.machine,
                })
            })
            .collect();
        let path = place::target().join("bench.json");
        let mut file = std::fs::File::create(path).unwrap();
        serde_json::to_writer_pretty(&mut file, &rows).unwrap();
        writeln!(file).unwrap();
    }
}

fn short(value: f64) -> String {
    match value {
        value if value == value.trunc() || value >= 1_000.0 => format!("{value:.0}"),
        value if value >= 100.0 => format!("{value:.1}"),
        value => format!("{value:.2}"),
    }
}
