//! The application identifiers of GS1: form, companions and names.
//!
//! Source: GS1 General Specifications, chapter 3, in the spelling of the GS1 Syntax Dictionary of
//! GS1 AISBL (facts only; the dictionary itself is under the Apache License 2.0).

/// What is known of one identifier, or of a row of them that differ in a digit.
#[derive(Debug)]
pub struct Identifier {
    /// `8018`, or first and last of a row: `3900-3909`.
    pub numbers: &'static str,
    /// The parts of the value: `N` digits, `X` letters and signs of set 82, `Y` of set 39, `Z` of
    /// base64; then the length, or `..` and the longest; then what is checked: `!` check digit, `d`
    /// date whose day may be 00, `D` date, `z` a zero, `c` coupon; `?` for a part that may be absent.
    pub form: &'static str,
    /// What it holds, as printed beside it.
    pub title: &'static str,
    /// Whether no separator is needed behind it.
    pub is_fixed: bool,
    /// Alternatives of which one must be there too, by commas; several such demands by spaces.
    pub with: &'static str,
    /// Identifiers that may not be there too, by commas.
    pub without: &'static str,
    /// Whether no other of its row may be there.
    pub is_once: bool,
    /// For keys of a Digital Link: the qualifiers that may follow, in order; alternatives by `|`.
    pub qualifiers: Option<&'static str>,
}

const fn ai(numbers: &'static str, form: &'static str, title: &'static str) -> Identifier {
    Identifier {
        numbers,
        form,
        title,
        is_fixed: false,
        with: "",
        without: "",
        is_once: false,
        qualifiers: None,
    }
}

impl Identifier {
    const fn fixed(mut self) -> Self {
        self.is_fixed = true;
        self
    }

    const fn with(mut self, with: &'static str) -> Self {
        self.with = with;
        self
    }

    const fn without(mut self, without: &'static str) -> Self {
        self.without = without;
        self
    }

    const fn once(mut self) -> Self {
        self.is_once = true;
        self
    }

    const fn key(mut self, qualifiers: &'static str) -> Self {
        self.qualifiers = Some(qualifiers);
        self
    }

    fn is(&self, number: &[u8]) -> bool {
        let numbers = self.numbers.as_bytes();
        // A row is two numbers and a dash.
        let width = match numbers.len() {
            one @ 2..=4 => one,
            two => two / 2,
        };
        if number.len() != width || number[0] != numbers[0] {
            return false;
        }
        let ends = numbers[..width]
            .iter()
            .zip(&numbers[numbers.len() - width..]);
        let mut digits = number.iter().zip(ends);
        digits.all(|(digit, (low, high))| (low..=high).contains(&digit))
    }
}

/// The identifier of this number.
pub fn identifier(number: &str) -> Option<&'static Identifier> {
    let mut identifiers = IDENTIFIERS.iter();
    identifiers.find(|identifier| identifier.is(number.as_bytes()))
}

/// The identifier that a text begins with, and its digits. No identifier begins another.
pub fn leading(text: &str) -> Option<(&'static Identifier, &str)> {
    (2..=4).find_map(|length| {
        let number = text.get(..length)?;
        identifier(number).map(|identifier| (identifier, number))
    })
}

#[rustfmt::skip]
static IDENTIFIERS: [Identifier; 129] = [
    ai("00", "N18!", "SSCC").fixed().key(""),
    ai("01", "N14!", "GTIN").fixed().without("02,255,37").key("22,10,21|235"),
    ai("02", "N14!", "CONTENT").fixed().with("37"),
    ai("10", "X..20", "BATCH/LOT").with("01,02,8006,8026"),
    ai("11", "N6d", "PROD DATE").fixed().with("01,02,8006,8026"),
    ai("12", "N6d", "DUE DATE").fixed().with("8020"),
    ai("13", "N6d", "PACK DATE").fixed().with("01,02,8006,8026"),
    ai("15", "N6d", "BEST BEFORE").fixed().with("01,02,8006,8026"),
    ai("16", "N6d", "SELL BY").fixed().with("01,02,8006,8026"),
    ai("17", "N6d", "EXPIRY").fixed().with("01,02,255,8006,8026"),
    ai("20", "N2", "VARIANT").fixed().with("01,02,8006,8026"),
    ai("21", "X..20", "SERIAL").with("01,8006").without("235"),
    ai("22", "X..20", "CPV").with("01"),
    ai("235", "X..28", "TPX").with("01"),
    ai("240", "X..30", "ADDITIONAL ID").with("01,02,8006,8026"),
    ai("241", "X..30", "CUSTOMER PART").with("01,02,8006,8026"),
    ai("242", "N..6", "MTO VARIANT").with("01,02,8006,8026"),
    ai("243", "X..20", "PCN").with("01"),
    ai("250", "X..30", "SECONDARY SERIAL").with("01,8006 21"),
    ai("251", "X..30", "REF. TO SOURCE").with("01,8006"),
    ai("253", "N13! X..17?", "GDTI").key(""),
    ai("254", "X..20", "GLN EXTENSION").with("414"),
    ai("255", "N13! N..12?", "GCN").without("01,02,415,8006,8020,8026").key(""),
    ai("30", "N..8", "VAR. COUNT").with("01,02"),
    ai("3100-3165", "N6", "MEASURE").fixed().with("01,02").once(),
    ai("3200-3295", "N6", "MEASURE").fixed().with("01,02").once(),
    ai("3300-3365", "N6", "LOGISTIC MEASURE").fixed().with("00,01").once(),
    ai("3370-3375", "N6", "KG PER m2").fixed().with("01").once(),
    ai("3400-3495", "N6", "LOGISTIC MEASURE").fixed().with("00,01").once(),
    ai("3500-3525", "N6", "AREA").fixed().with("01,02").once(),
    ai("3530-3555", "N6", "LOGISTIC AREA").fixed().with("00,01").once(),
    ai("3560-3575", "N6", "MEASURE").fixed().with("01,02").once(),
    ai("3600-3615", "N6", "VOLUME").fixed().with("01,02").once(),
    ai("3620-3635", "N6", "LOGISTIC VOLUME").fixed().with("00,01").once(),
    ai("3640-3665", "N6", "VOLUME").fixed().with("01,02").once(),
    ai("3670-3695", "N6", "LOGISTIC VOLUME").fixed().with("00,01").once(),
    ai("37", "N..8", "COUNT").with("00 02,8026"),
    ai("3900-3909", "N..15", "AMOUNT").with("255,8020").without("390n,391n,394n,8111"),
    ai("3910-3919", "N3 N..15", "AMOUNT").with("8020").without("391n"),
    ai("3920-3929", "N..15", "PRICE").with("01 30,31nn,32nn,35nn,36nn").without("392n,393n"),
    ai("3930-3939", "N3 N..15", "PRICE").with("30,31nn,32nn,35nn,36nn").without("393n"),
    ai("3940-3943", "N4", "PRCNT OFF").with("255").without("394n,8111"),
    ai("3950-3955", "N6", "PRICE PER UNIT").with("30,31nn,32nn,35nn,36nn").without("392n,393n,395n,8005"),
    ai("400", "X..30", "ORDER NUMBER"),
    ai("401", "X..30", "GINC").key(""),
    ai("402", "N17!", "GSIN").key(""),
    ai("403", "X..30", "ROUTE").with("00"),
    ai("410-413", "N13!", "LOCATION").fixed(),
    ai("414", "N13!", "LOC No.").fixed().key("254|7040"),
    ai("415", "N13!", "PAY TO").fixed().with("8020").key("8020"),
    ai("416", "N13!", "PROD/SERV LOC").fixed(),
    ai("417", "N13!", "PARTY").fixed().key("7040"),
    ai("420", "X..20", "SHIP TO POST").without("421"),
    ai("421", "N3 X..9", "SHIP TO POST").without("4307"),
    ai("422", "N3", "ORIGIN").with("01,02,8006,8026").without("426"),
    ai("423", "N..15", "COUNTRY - INITIAL PROCESS").with("01,02").without("426"),
    ai("424", "N3", "COUNTRY - PROCESS").with("01,02").without("426"),
    ai("425", "N..15", "COUNTRY - DISASSEMBLY").with("01,02").without("426"),
    ai("426", "N3", "COUNTRY - FULL PROCESS").with("01,02"),
    ai("427", "X..3", "ORIGIN SUBDIVISION").with("01,02 422"),
    ai("4300-4301", "X..35", "SHIP TO").with("00"),
    ai("4302", "X..70", "SHIP TO").with("00"),
    ai("4303", "X..70", "SHIP TO").with("4302"),
    ai("4304-4306", "X..70", "SHIP TO").with("00"),
    ai("4307", "X2", "SHIP TO COUNTRY").with("00"),
    ai("4308", "X..30", "SHIP TO PHONE").with("00"),
    ai("4309", "N20", "SHIP TO GEO").with("00"),
    ai("4310-4311", "X..35", "RETURN TO").with("00"),
    ai("4312", "X..70", "RETURN TO").with("00"),
    ai("4313", "X..70", "RETURN TO").with("4312"),
    ai("4314-4316", "X..70", "RETURN TO").with("00"),
    ai("4317", "X2", "RETURN TO COUNTRY").with("00"),
    ai("4318", "X..20", "RETURN TO POST").with("00"),
    ai("4319", "X..30", "RETURN TO PHONE").with("00"),
    ai("4320", "X..35", "SERVICE").with("00"),
    ai("4321-4323", "N1", "DELIVERY FLAG").with("00"),
    ai("4324-4325", "N6d N4", "DELIVERY TIME").with("00"),
    ai("4326", "N6D", "RELEASE DATE").with("00"),
    ai("4330", "N6 X1?", "TEMPERATURE").with("00").without("4331"),
    ai("4331", "N6 X1?", "TEMPERATURE").with("00").without("4330"),
    ai("4332", "N6 X1?", "TEMPERATURE").with("00").without("4333"),
    ai("4333", "N6 X1?", "TEMPERATURE").with("00").without("4332"),
    ai("7001", "N13", "NSN").with("01,02,8006,8026"),
    ai("7002", "X..30", "MEAT CUT").with("01,02"),
    ai("7003", "N6D N4", "EXPIRY TIME").with("01,02"),
    ai("7004", "N..4", "ACTIVE POTENCY").with("01 10"),
    ai("7005", "X..12", "CATCH AREA").with("01,02"),
    ai("7006", "N6D", "FIRST FREEZE DATE").with("01,02"),
    ai("7007", "N6D N6D?", "HARVEST DATE").with("01,02"),
    ai("7008", "X..3", "AQUATIC SPECIES").with("01,02"),
    ai("7009", "X..10", "FISHING GEAR").with("01,02"),
    ai("7010", "X..2", "PROD METHOD").with("01,02"),
    ai("7011", "N6D N4?", "TEST BY DATE").with("01,02"),
    ai("7020", "X..20", "REFURB LOT").with("01,8006 416"),
    ai("7021", "X..20", "FUNC STAT").with("01,8006"),
    ai("7022", "X..20", "REV STAT").with("7021"),
    ai("7023", "X..30", "GIAI - ASSEMBLY"),
    ai("7030-7039", "N3 X..27", "PROCESSOR").with("01,02"),
    ai("7040", "N1 X3", "UIC+EXT"),
    ai("710-715", "X..20", "NHRN").with("01"),
    ai("7230-7239", "X2 X..28", "CERT").with("01,8004"),
    ai("7240", "X..20", "PROTOCOL").with("01,8006"),
    ai("7241", "N2", "AIDC MEDIA TYPE").with("8017,8018"),
    ai("7242", "X..25", "VCN").with("8017,8018"),
    ai("8001", "N14", "DIMENSIONS").with("01"),
    ai("8002", "X..20", "CMT No."),
    ai("8003", "N1z N13! X..16?", "GRAI").key(""),
    ai("8004", "X..30", "GIAI").key("7040"),
    ai("8005", "N6", "PRICE PER UNIT").with("01,02"),
    ai("8006", "N14! N4", "ITIP").without("01,37").key("22,10,21"),
    ai("8007", "X..34", "IBAN").with("415"),
    ai("8008", "N8 N..4?", "PROD TIME").with("01,02"),
    ai("8009", "X..50", "OPTSEN").with("00,01"),
    ai("8010", "Y..30", "CPID").key("8011"),
    ai("8011", "N..12", "CPID SERIAL").with("8010"),
    ai("8012", "X..20", "VERSION").with("01,8006"),
    ai("8013", "X..25", "GMN").key(""),
    ai("8017", "N18!", "GSRN - PROVIDER").without("8018").key("8019"),
    ai("8018", "N18!", "GSRN - RECIPIENT").without("8017").key("8019"),
    ai("8019", "N..10", "SRIN").with("8017,8018"),
    ai("8020", "X..25", "REF No.").with("415"),
    ai("8026", "N14! N4", "ITIP CONTENT").with("37").without("02,8006"),
    ai("8030", "Z..90", "DIGSIG").with("00,01,253,255,8003,8004,8006,8010,8017,8018"),
    ai("8110", "X..70", "COUPON"),
    ai("8111", "N4", "POINTS").with("255").without("390n,394n"),
    ai("8112", "X..70c", "COUPON"),
    ai("8200", "X..70", "PRODUCT URL").with("01"),
    ai("90", "X..30", "INTERNAL"),
    ai("91-99", "X..90", "INTERNAL"),
];
