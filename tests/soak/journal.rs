//! What a POS keeps beside the till: what it is going to ask, and that it was answered.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::Path;

use loy::kernel::SaleId;

/// What is asked. Money is in tens of thousands of dong, so that a point is one of them.
#[derive(Clone, Debug)]
pub enum Asked {
    Record {
        member: usize,
        tens: i64,
        spend: i64,
    },
    Authorise {
        member: usize,
        tens: i64,
        spend: i64,
    },
    Commit(SaleId),
    Void(SaleId),
    Refund(SaleId),
}

/// One operation of the journal.
#[derive(Debug)]
pub struct Line {
    pub id: String,
    pub asked: Asked,
    /// The sale it was answered with; nothing if the till was killed before.
    pub answered: Option<SaleId>,
}

#[derive(Debug, Default)]
pub struct Journal(pub Vec<Line>);

/// The journal as it is written. Each line is one write, which a killed program does not lose.
pub struct Pen(File);

fn path(folder: &Path) -> std::path::PathBuf {
    folder.join("journal.txt")
}

impl Pen {
    pub fn new(folder: &Path) -> Self {
        let file = OpenOptions::new()
            .create(true)
            .append(true)
            .open(path(folder));
        Self(file.unwrap())
    }

    pub fn before(&mut self, id: &str, asked: &Asked) {
        let line = match asked {
            Asked::Record {
                member,
                tens,
                spend,
            } => format!("? {id} record {member} {tens} {spend}\n"),
            Asked::Authorise {
                member,
                tens,
                spend,
            } => format!("? {id} authorise {member} {tens} {spend}\n"),
            Asked::Commit(sale) => format!("? {id} commit {sale}\n"),
            Asked::Void(sale) => format!("? {id} void {sale}\n"),
            Asked::Refund(sale) => format!("? {id} refund {sale}\n"),
        };
        self.0.write_all(line.as_bytes()).unwrap();
    }

    pub fn after(&mut self, id: &str, sale: SaleId) {
        self.0
            .write_all(format!("! {id} {sale}\n").as_bytes())
            .unwrap();
    }
}

impl Journal {
    /// Reads the journal since the last time and begins a new one.
    pub fn take(folder: &Path) -> Self {
        let text = std::fs::read_to_string(path(folder)).unwrap_or_default();
        let _ = std::fs::remove_file(path(folder));
        let mut lines: Vec<Line> = Vec::new();
        for line in text.lines() {
            let words: Vec<&str> = line.split(' ').collect();
            let number = |at: usize| words[at].parse::<i64>().unwrap();
            let sale = |at: usize| words[at].parse::<SaleId>().ok().unwrap();
            if words[0] == "!" {
                let last = lines.last_mut().expect("asked before answered");
                assert_eq!(last.id, words[1]);
                last.answered = Some(sale(2));
                continue;
            }
            let member = || usize::try_from(number(3)).unwrap();
            let asked = match words[2] {
                "record" => Asked::Record {
                    member: member(),
                    tens: number(4),
                    spend: number(5),
                },
                "authorise" => Asked::Authorise {
                    member: member(),
                    tens: number(4),
                    spend: number(5),
                },
                "commit" => Asked::Commit(sale(3)),
                "void" => Asked::Void(sale(3)),
                "refund" => Asked::Refund(sale(3)),
                other => panic!("{other}"),
            };
            lines.push(Line {
                id: words[1].to_owned(),
                asked,
                answered: None,
            });
        }
        Self(lines)
    }
}
