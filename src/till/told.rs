//! What an operation is asked, as the text by which it is known again.

use serde::Serialize;
use serde::ser::{SerializeStruct, Serializer};

use crate::kernel::ids::Seq;
use crate::kernel::{BusinessDate, Instant, MemberNumber, Points, SaleId, UtcOffset};
use crate::programme::shape::canonical;

/// One value of what is asked.
pub(super) enum Told {
    Nothing,
    Text(String),
    Number(i64),
    Parts(Vec<Told>),
    Fields(Fields),
}

/// Values by name, in any order.
pub(super) type Fields = Vec<(&'static str, Told)>;

/// The canonical text of what is asked: it never changes, since stored operations are known by it.
pub(super) fn content(fields: Fields) -> String {
    canonical(&Told::Fields(fields), |_, _| false)
}

impl Serialize for Told {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Nothing => serializer.serialize_none(),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Number(number) => serializer.serialize_i64(*number),
            Self::Parts(parts) => parts.serialize(serializer),
            Self::Fields(fields) => {
                let mut object = serializer.serialize_struct("", fields.len())?;
                for (name, value) in fields {
                    object.serialize_field(name, value)?;
                }
                object.end()
            }
        }
    }
}

impl From<&str> for Told {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<&Option<String>> for Told {
    fn from(text: &Option<String>) -> Self {
        text.as_deref().map_or(Self::Nothing, Self::from)
    }
}

impl From<i64> for Told {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<Points> for Told {
    fn from(points: Points) -> Self {
        Self::Number(points.get())
    }
}

impl From<MemberNumber> for Told {
    fn from(member: MemberNumber) -> Self {
        Self::Text(member.to_string())
    }
}

impl From<SaleId> for Told {
    fn from(sale: SaleId) -> Self {
        Self::Text(sale.to_string())
    }
}

impl From<Seq> for Told {
    fn from(seq: Seq) -> Self {
        Self::Number(seq.try_into().expect("a seq is stored with a sign"))
    }
}

impl From<Option<(Instant, UtcOffset, BusinessDate)>> for Told {
    /// Only the business date: the same asked again has another instant.
    fn from(time: Option<(Instant, UtcOffset, BusinessDate)>) -> Self {
        time.map(|(_, _, date)| date).into()
    }
}

impl From<Option<BusinessDate>> for Told {
    fn from(date: Option<BusinessDate>) -> Self {
        date.map_or(Self::Nothing, |date| Self::Text(date.to_string()))
    }
}
