//! The people of the tenant, as Graph's JSON.

use std::fs::File;
use std::io::{self, BufWriter, Write as _};
use std::path::Path;

/// The domain that everybody is in.
const DOMAIN: &str = "contoso.onmicrosoft.com";

/// The id of a person.
pub(crate) fn id(number: u64) -> String {
    format!("33333333-aaaa-4bbb-8ccc-{number:012x}")
}

/// The UPN of a person.
pub(crate) fn upn(number: u64) -> String {
    format!("person{number}@{DOMAIN}")
}

/// Another address of a person.
pub(crate) fn alias(number: u64) -> String {
    format!("smtp:p{number}@{DOMAIN}")
}

/// Writes `users.json` with so many people, two addresses each.
pub(crate) fn write(place: &Path, people: u64) -> io::Result<()> {
    let mut file = BufWriter::new(File::create(place.join("users.json"))?);
    file.write_all(b"{\"value\":[")?;
    for number in 0..people {
        let (id, upn, alias) = (id(number), upn(number), alias(number));
        let comma = if number == 0 { "" } else { "," };
        write!(
            file,
            "{comma}\n{{\"id\":\"{id}\",\"displayName\":\"Person {number}\",\"givenName\":\
             \"Person\",\"surname\":\"Number {number}\",\"jobTitle\":\"Clerk\",\
             \"userPrincipalName\":\"{upn}\",\"mail\":\"{upn}\",\"mailNickname\":\
             \"person{number}\",\"userType\":\"Member\",\"accountEnabled\":true,\
             \"onPremisesSyncEnabled\":true,\"onPremisesImmutableId\":\"anchor{number}\",\
             \"proxyAddresses\":[\"SMTP:{upn}\",\"{alias}\"]}}"
        )?;
    }
    file.write_all(b"]}\n")?;
    file.flush()
}
