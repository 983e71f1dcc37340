//! What a member's app or wallet pass needs to show the rotating code (`scan/rotating.rs`).

use zeroize::Zeroizing;

use super::Office;
use crate::kernel::MemberNumber;
use crate::scan::rotating;

impl Office {
    /// The key of a member's rotating code, out of the key that every till of the chain has. It is the
    /// member's alone: give it to their app or pass and to nobody else.
    pub fn code_key(&self, member: MemberNumber) -> Zeroizing<[u8; 20]> {
        let rotation_key = rotating::rotation_key(&self.identifier_key);
        rotating::member_key(&rotation_key, rotating::EPOCH, member)
    }
}
