//! QR codes that are no member's at all, told apart so that the cashier hears what they are.

/// What a text is that has nothing to do with members.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Other {
    /// A Vietnamese citizen card: everything about a person. It is kept nowhere.
    CitizenCard,
    /// A business card or an entry of an address book.
    VisitingCard,
    /// An event of a calendar.
    Calendar,
    /// The password of a wireless network.
    Wifi,
    /// The seed of a one-time password app.
    OneTimePassword,
    /// A text message, written out.
    Message,
    /// An e-mail address or a whole letter.
    Letter,
    /// A place on the map.
    Place,
    /// A vaccination or health certificate.
    HealthCertificate,
    /// Data for a program.
    Json,
}

/// How the texts begin, in small letters.
const BEGINNINGS: [(&str, Other); 22] = [
    ("begin:vcard", Other::VisitingCard),
    ("mecard:", Other::VisitingCard),
    ("bizcard:", Other::VisitingCard),
    ("begin:vevent", Other::Calendar),
    ("begin:vcalendar", Other::Calendar),
    ("wifi:", Other::Wifi),
    ("otpauth:", Other::OneTimePassword),
    ("otpauth-migration:", Other::OneTimePassword),
    ("smsto:", Other::Message),
    ("sms:", Other::Message),
    ("mmsto:", Other::Message),
    ("mms:", Other::Message),
    ("mailto:", Other::Letter),
    ("matmsg:", Other::Letter),
    ("smtp:", Other::Letter),
    ("geo:", Other::Place),
    ("hc1:", Other::HealthCertificate),
    ("shc:/", Other::HealthCertificate),
    ("lt1:", Other::HealthCertificate),
    ("{\"", Other::Json),
    ("[{", Other::Json),
    ("[\"", Other::Json),
];

impl Other {
    /// The name in the vectors.
    pub fn name(self) -> &'static str {
        match self {
            Self::CitizenCard => "VN_CITIZEN_ID_CARD",
            Self::VisitingCard => "VCARD",
            Self::Calendar => "CALENDAR",
            Self::Wifi => "WIFI",
            Self::OneTimePassword => "OTPAUTH",
            Self::Message => "SMS",
            Self::Letter => "MAILTO",
            Self::Place => "GEO",
            Self::HealthCertificate => "HEALTH_CERTIFICATE",
            Self::Json => "JSON",
        }
    }
}

/// What the text is, when it is none of a member's.
pub fn look(text: &str) -> Option<Other> {
    if is_citizen_card(text) {
        return Some(Other::CitizenCard);
    }
    let begins = |beginning: &str| {
        let start = text.get(..beginning.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(beginning))
    };
    let known = BEGINNINGS.iter().find(|(beginning, _)| begins(beginning));
    let is_object = text.starts_with('{') && text.ends_with('}');
    known
        .map(|(_, other)| *other)
        .or(is_object.then_some(Other::Json))
}

/// Twelve digits and at least six more fields behind upright bars: number, old number, name, date
/// of birth, sex, address, date of issue.
fn is_citizen_card(text: &str) -> bool {
    let mut fields = text.split('|');
    let number = fields.next().unwrap_or_default();
    let is_number = number.len() == 12 && number.bytes().all(|byte| byte.is_ascii_digit());
    is_number && fields.count() >= 6
}
