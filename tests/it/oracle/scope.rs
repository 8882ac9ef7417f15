//! What never reaches the cloud, whatever container it is in.

use super::model::{AdPerson, Kind, Profile};
use super::names::same;

/// Left out by default, whatever the container (1.12, 5.7, 5.9, 5.10).
pub(super) fn filtered(o: &AdPerson, profile: Profile) -> bool {
    let begins = |text: &Option<String>, with: &str| {
        text.as_ref()
            .is_some_and(|t| t.to_lowercase().starts_with(&with.to_lowercase()))
    };
    let mail_enabled = o
        .proxies
        .iter()
        .any(|p| p.starts_with("SMTP:") && p.contains('@'))
        || o.mail.as_ref().is_some_and(|m| m.contains('@'));
    let system = o.critical || o.dn.contains("\\0ACNF:");
    system
        || match o.kind {
            Kind::User => {
                o.recipient_type == Some(2)
                    || o.recipient_type.is_some_and(|t| t & 0x21C0_7000 != 0)
                    || o.sam.as_ref().is_none_or(|s| same(s, "SUPPORT_388945a0"))
                    || ["AAD_", "MSOL_"].iter().any(|with| begins(&o.sam, with))
                    || begins(&o.sam, "CAS_") && o.sam.as_ref().is_some_and(|s| s.contains('}'))
                    || begins(&o.mail_nickname, "SystemMailbox{")
                    || begins(&o.admin_description, "User_")
            }
            Kind::Group => {
                begins(&o.admin_description, "Group_")
                    || o.sam
                        .as_ref()
                        .is_some_and(|s| same(s, "MSOL_AD_Sync_RichCoexistence"))
                    || !(mail_enabled || o.security_group)
            }
            // Only later builds know the marker of contacts.
            Kind::Contact => {
                !mail_enabled
                    || profile >= Profile::Entra2025 && begins(&o.admin_description, "Contact_")
            }
        }
}
