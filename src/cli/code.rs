//! `loy code`: a member's rotating code, and what a wallet needs to show it.

use std::path::PathBuf;

use clap::Args;

use super::{CliError, Ending, Streams, now};
use crate::kernel::MemberNumber;
use crate::office::Office;
use crate::scan::one_time::step_at;
use crate::scan::rotating;

#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// Directory of the head office
    dir: PathBuf,
    /// The member number, 12 digits
    member: MemberNumber,
    /// Write instead what Google Wallet takes as `rotatingBarcode` of the member's pass. It holds the
    /// member's key: send it to Google and to nobody else
    #[arg(long)]
    google_wallet: bool,
}

pub(super) fn run(arguments: &Arguments, streams: &mut Streams<'_>) -> Result<Ending, CliError> {
    let office = Office::open(&arguments.dir)?;
    let key = office.code_key(arguments.member);
    let text = if arguments.google_wallet {
        rotating::google_wallet(&key, arguments.member)
    } else {
        let step = step_at(now()?).ok_or(CliError::Clock)?;
        rotating::code(&key, arguments.member, step)
    };
    writeln!(streams.out, "{text}")?;
    Ok(Ending::Clean)
}

#[cfg(test)]
mod tests {
    use hmac::Hmac;
    use sha1::Sha1;

    use super::super::now;
    use super::super::tests::loy;
    use crate::scan::one_time;

    #[test]
    fn a_members_code_is_the_one_that_a_wallet_shows_with_the_key_of_its_pass() {
        let folder = tempfile::tempdir().expect("a folder");
        let dir = folder.path().join("office");
        let (code, _, notes) = loy(&[&"office", &"init", &dir, &"--name", &"Hoa Mai"]);
        assert_eq!(code, 0, "{notes}");
        let (code, pass, _) = loy(&[&"code", &dir, &"000000000174", &"--google-wallet"]);
        assert_eq!(code, 0);
        let pass: serde_json::Value = serde_json::from_str(&pass).expect("JSON");
        let barcode = &pass["rotatingBarcode"];
        assert_eq!(barcode["valuePattern"], "97000000000174{totp_value_0}");
        let parameters = &barcode["totpDetails"]["parameters"][0];
        let key = parameters["key"].as_str().expect("a key");
        let pairs = (0..20).map(|at| u8::from_str_radix(&key[at * 2..at * 2 + 2], 16));
        let key: Vec<u8> = pairs.collect::<Result<_, _>>().expect("hexadecimal digits");
        let shown = || {
            let step = one_time::step_at(now().expect("a clock")).expect("after 1970");
            format!(
                "97000000000174{}\n",
                one_time::password::<Hmac<Sha1>>(&key, step, 8)
            )
        };
        let before = shown();
        let (code, printed, _) = loy(&[&"code", &dir, &"000000000174"]);
        // The step may end between the two.
        assert!(
            code == 0 && [before, shown()].contains(&printed),
            "{printed}"
        );
        let (code, _, notes) = loy(&[&"code", &dir, &"000000000175"]);
        assert_eq!(code, 2, "{notes}");
        // Another chain has other codes.
        let other = folder.path().join("other");
        loy(&[&"office", &"init", &other, &"--name", &"Hoa Lan"]);
        let (_, others, _) = loy(&[&"code", &other, &"000000000174", &"--google-wallet"]);
        assert!(!others.contains(parameters["key"].as_str().expect("a key")));
    }
}
