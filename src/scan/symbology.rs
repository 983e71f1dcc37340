//! Which kind of barcode a scan came from, when the scanner says so.
//!
//! Scanners say it in one of two ways: with three characters before the text (the AIM identifier
//! of ISO/IEC 15424, `]C1`), or through the driver (the `ScanDataType` of UnifiedPOS, a number).
//! Both are read into one [`Symbology`]; what matters of it is what its text holds.

/// What the text of a symbol is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Content {
    /// A GS1 element string: application identifiers and their values.
    ElementString,
    /// The 13 digits of EAN-13, with UPC-A and UPC-E written as 13 digits too.
    Ean13,
    /// The 12 digits of UPC-A, as drivers give them.
    UpcA,
    /// The 8 digits of UPC-E, as drivers give them.
    UpcE,
    /// The 8 digits of EAN-8.
    Ean8,
    /// EAN or UPC with the two or five digits that stand beside it, or these alone.
    WithAddOn,
    /// Any text, a GS1 Digital Link among them.
    PlainOrLink,
}

/// A kind of barcode, as far as a scanner tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Symbology {
    /// The code character of the AIM identifier; nothing for a driver's "other".
    code: Option<u8>,
    /// The modifier of the AIM identifier, where it is known.
    modifier: Option<u8>,
    content: Content,
}

/// Code characters of AIM identifiers. Source: ISO/IEC 15424; `aim_symbology_ids` of the vectors.
const NAMES: [(u8, &str); 32] = [
    (b'A', "Code 39"),
    (b'B', "Telepen"),
    (b'C', "Code 128"),
    (b'D', "Code One"),
    (b'E', "EAN/UPC"),
    (b'F', "Codabar"),
    (b'G', "Code 93"),
    (b'H', "Code 11"),
    (b'I', "Interleaved 2 of 5"),
    (b'J', "DotCode"),
    (b'K', "Code 16K"),
    (b'L', "PDF417 / MicroPDF417"),
    (b'M', "MSI"),
    (b'N', "Anker"),
    (b'O', "Codablock"),
    (b'P', "Plessey"),
    (b'Q', "QR"),
    (b'R', "Plessey"),
    (b'S', "2 of 5"),
    (b'T', "Code 49"),
    (b'U', "MaxiCode"),
    (b'V', "Veritec"),
    (b'X', "other"),
    (b'Z', "not a barcode"),
    (b'c', "Channel Code"),
    (b'd', "Data Matrix"),
    (b'e', "GS1 DataBar / composite"),
    (b'h', "Han Xin"),
    (b'o', "OCR"),
    (b'p', "PosiCode"),
    (b's', "SuperCode"),
    (b'z', "Aztec"),
];

/// The driver's numbers, their names in UnifiedPOS (chapter Scanner, `ScanDataType`) and the AIM
/// identifier of the same symbol.
const DRIVERS: [(i32, &str, &str); 47] = [
    (101, "UPCA", "]E0"),
    (102, "UPCE", "]E0"),
    (103, "EAN8", "]E4"),
    (104, "EAN13", "]E0"),
    (105, "TF", "]S"),
    (106, "ITF", "]I"),
    (107, "Codabar", "]F"),
    (108, "Code39", "]A"),
    (109, "Code93", "]G"),
    (110, "Code128", "]C0"),
    (111, "UPCA_S", "]E3"),
    (112, "UPCE_S", "]E3"),
    (113, "UPCD1", "]E0"),
    (114, "UPCD2", "]E0"),
    (115, "UPCD3", "]E0"),
    (116, "UPCD4", "]E0"),
    (117, "UPCD5", "]E0"),
    (118, "EAN8_S", "]E3"),
    (119, "EAN13_S", "]E3"),
    (120, "EAN128", "]C1"),
    (121, "OCRA", "]o"),
    (122, "OCRB", "]o"),
    (131, "GS1DATABAR", "]e0"),
    (132, "GS1DATABAR_E", "]e0"),
    (133, "ITF_CK", "]I1"),
    (134, "GS1DATABAR_TYPE2", "]e0"),
    (137, "Code39_CK", "]A"),
    (138, "Code32", "]A"),
    (140, "TRIOPTIC39", "]X"),
    (141, "ISBT128", "]C4"),
    (142, "Code11", "]H"),
    (143, "MSI", "]M"),
    (144, "PLESSEY", "]R"),
    (145, "TELEPEN", "]B"),
    (151, "CCA", "]e0"),
    (152, "CCB", "]e0"),
    (153, "CCC", "]e0"),
    (201, "PDF417", "]L"),
    (202, "MAXICODE", "]U"),
    (203, "DATAMATRIX", "]d1"),
    (204, "QRCODE", "]Q1"),
    (205, "UQRCODE", "]Q1"),
    (206, "AZTEC", "]z"),
    (207, "UPDF417", "]L"),
    (208, "GS1DATAMATRIX", "]d2"),
    (209, "GS1QRCODE", "]Q3"),
    (215, "HANXIN", "]h"),
];

/// The name of the symbologies that begin with this code character; nothing for an unknown one.
pub fn name_of(code: char) -> Option<&'static str> {
    let code = u8::try_from(code).ok()?;
    let known = NAMES.iter().find(|(known, _)| *known == code);
    known.map(|(_, name)| *name)
}

/// The driver's name of a `ScanDataType`, as UnifiedPOS spells it; nothing for an unknown one.
pub fn driver_name(scan_data_type: i32) -> Option<&'static str> {
    match scan_data_type {
        0 => Some("UNKNOWN"),
        501 => Some("OTHER"),
        _ => driver(scan_data_type).map(|(_, name, _)| *name),
    }
}

fn driver(scan_data_type: i32) -> Option<&'static (i32, &'static str, &'static str)> {
    DRIVERS.iter().find(|(value, ..)| *value == scan_data_type)
}

impl Symbology {
    /// Reads an AIM identifier: `]`, a known code character and, where it is told, a modifier.
    pub fn from_aim(mark: &str) -> Option<Self> {
        let (code, modifier) = match *mark.as_bytes() {
            [b']', code] => (code, None),
            [b']', code, modifier] if modifier.is_ascii_alphanumeric() => (code, Some(modifier)),
            _ => return None,
        };
        name_of(char::from(code))?;
        let content = match (code, modifier) {
            (b'C', Some(b'1')) | (b'd', Some(b'2' | b'5')) | (b'Q', Some(b'3' | b'4')) => {
                Content::ElementString
            }
            (b'e', Some(b'0')) | (b'J', Some(b'1' | b'4')) => Content::ElementString,
            (b'E', Some(b'0')) => Content::Ean13,
            (b'E', Some(b'1'..=b'3')) => Content::WithAddOn,
            (b'E', Some(b'4')) => Content::Ean8,
            _ => Content::PlainOrLink,
        };
        Some(Self {
            code: Some(code),
            modifier,
            content,
        })
    }

    /// Reads a driver's `ScanDataType`; nothing for 0 (unknown) and numbers that UnifiedPOS has not.
    pub fn from_scan_data_type(value: i32) -> Option<Self> {
        if value == 501 {
            return Some(Self {
                code: None,
                modifier: None,
                content: Content::PlainOrLink,
            });
        }
        let (_, name, mark) = driver(value)?;
        let mut symbology = Self::from_aim(mark)?;
        // AIM writes UPC as 13 digits, the drivers' label has the digits of the symbol.
        symbology.content = match *name {
            "UPCA" => Content::UpcA,
            "UPCE" => Content::UpcE,
            _ => symbology.content,
        };
        Some(symbology)
    }

    /// What the symbol's text is.
    pub fn content(self) -> Content {
        self.content
    }

    /// The AIM identifier, without the modifier where it is not known; nothing for a driver's
    /// "other".
    pub fn aim(self) -> Option<String> {
        let mut mark = String::from("]");
        mark.push(char::from(self.code?));
        mark.extend(self.modifier.map(char::from));
        Some(mark)
    }
}
