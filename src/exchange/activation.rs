//! The code that opens a provisioning file, as people read it out and type it in.

use std::fmt;
use std::str::FromStr;

use zeroize::{Zeroize, ZeroizeOnDrop};

/// Crockford's base 32: no I, L, O, U. Source: <https://www.crockford.com/base32.html>.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const CHARACTERS: usize = 20;
const GROUP: usize = 5;

/// Twenty characters of five bits each: 100 random bits.
///
/// That is more than anybody can try, so the code needs no slow hash before it serves as a key.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct ActivationCode([u8; CHARACTERS]);

/// A text that is no activation code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoActivationCode {
    /// Too short or too long.
    #[error("an activation code has 20 letters and digits; {0} were given")]
    Length(usize),
    /// A character that no code has.
    #[error("character {0} of the activation code is none that a code has (letters but U, digits)")]
    Character(usize),
}

impl ActivationCode {
    /// Makes a code of 20 random bytes, of which it uses five bits each.
    pub fn from_random(random: &[u8; CHARACTERS]) -> Self {
        Self(random.map(|byte| ALPHABET[usize::from(byte & 31)]))
    }

    /// The characters without dashes: what the key is made of.
    pub(crate) fn characters(&self) -> &[u8] {
        &self.0
    }
}

impl FromStr for ActivationCode {
    type Err = NoActivationCode;

    /// Takes small letters, spaces and dashes anywhere, O for 0, I and L for 1.
    fn from_str(text: &str) -> Result<Self, NoActivationCode> {
        let mut code = [0; CHARACTERS];
        let mut count = 0;
        for letter in text.chars().filter(|c| !c.is_whitespace() && *c != '-') {
            let upper = match letter.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            };
            count += 1;
            let byte = u8::try_from(upper)
                .ok()
                .filter(|byte| ALPHABET.contains(byte))
                .ok_or(NoActivationCode::Character(count))?;
            if let Some(place) = code.get_mut(count - 1) {
                *place = byte;
            }
        }
        if count == CHARACTERS {
            Ok(Self(code))
        } else {
            Err(NoActivationCode::Length(count))
        }
    }
}

impl fmt::Display for ActivationCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, group) in self.0.chunks(GROUP).enumerate() {
            let dash = if index == 0 { "" } else { "-" };
            write!(
                f,
                "{dash}{}",
                std::str::from_utf8(group).unwrap_or_default()
            )?;
        }
        Ok(())
    }
}

impl fmt::Debug for ActivationCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ActivationCode(secret)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code() -> ActivationCode {
        let mut random = [0; 20];
        for (index, byte) in random.iter_mut().enumerate() {
            *byte = u8::try_from(index).expect("small");
        }
        ActivationCode::from_random(&random)
    }

    #[test]
    fn a_code_is_printed_in_groups_of_five_and_reads_back() {
        assert_eq!(code().to_string(), "01234-56789-ABCDE-FGHJK");
        assert_eq!("01234-56789-ABCDE-FGHJK".parse(), Ok(code()));
    }

    #[test]
    fn a_code_may_be_typed_carelessly() {
        assert_eq!(" oi234 56789abcde-fgHJK\n".parse(), Ok(code()));
        assert_eq!("0L234-56789-ABCDE-FGHJK".parse(), Ok(code()));
    }

    #[test]
    fn what_is_no_code_says_why() {
        let parse = |text: &str| text.parse::<ActivationCode>();
        assert_eq!(parse("01234"), Err(NoActivationCode::Length(5)));
        assert_eq!(parse(""), Err(NoActivationCode::Length(0)));
        assert_eq!(
            parse("01234-56789-ABCDE-FGHJU"),
            Err(NoActivationCode::Character(20))
        );
        assert_eq!(
            parse("ế1234-56789-ABCDE-FGHJK"),
            Err(NoActivationCode::Character(1))
        );
        assert_eq!(
            parse(&"0".repeat(1000)),
            Err(NoActivationCode::Length(1000))
        );
    }

    #[test]
    fn a_code_does_not_show_in_a_log() {
        assert_eq!(format!("{:?}", code()), "ActivationCode(secret)");
    }
}
