//! What the abbreviated sources of the rules stand for.

/// Abbreviation and what it stands for, in alphabetical order of the abbreviation.
const SOURCES: &[(&str, &str)] = &[
    ("AAI", "Gerenios/AADInternals, AzureADConnectAPI.ps1"),
    (
        "DOCS",
        "the vendor's documentation in general; no single page is named",
    ),
    (
        "DR",
        "default sync rules of Azure AD Connect 1.1.130.0 (microsoft/AADConnectConfigDocumenter)",
    ),
    (
        "E",
        "MicrosoftDocs/entra-docs, docs/identity/hybrid/connect",
    ),
    (
        "E-ARCH",
        "Entra docs, concept-azure-ad-connect-sync-architecture",
    ),
    ("E-BIN", "Entra docs, how-to-connect-sync-recycle-bin"),
    (
        "E-CLOUD",
        "Entra docs, cloud-sync/how-to-accidental-deletes and how-to-troubleshoot (April 2025)",
    ),
    (
        "E-DECL",
        "Entra docs, concept-azure-ad-connect-sync-declarative-provisioning",
    ),
    (
        "E-DEL",
        "Entra docs, how-to-connect-sync-feature-prevent-accidental-deletes",
    ),
    ("E-DESIGN", "Entra docs, plan-connect-design-concepts"),
    (
        "E-DUP",
        "Entra docs, how-to-connect-syncservice-duplicate-attribute-resiliency",
    ),
    (
        "E-ERR",
        "Entra docs, tshoot-connect-sync-errors (April 2025)",
    ),
    (
        "E-EXIST",
        "Entra docs, how-to-connect-install-existing-tenant (July 2026)",
    ),
    (
        "E-FEAT",
        "Entra docs, how-to-connect-syncservice-features (July 2026)",
    ),
    (
        "E-FILTER",
        "Entra docs, how-to-connect-sync-configure-filtering",
    ),
    (
        "E-HEALTH",
        "Entra docs, how-to-connect-health-diagnose-sync-errors",
    ),
    ("E-NEWS", "Entra docs, what's new"),
    (
        "E-SCHED",
        "Entra docs, how-to-connect-sync-feature-scheduler",
    ),
    (
        "E-SOA",
        "Entra docs, user source of authority: overview and how to configure",
    ),
    ("E-UPN", "Entra docs, plan-connect-userprincipalname"),
    ("EPS", "MicrosoftDocs/entra-powershell-docs"),
    (
        "GDOC",
        "microsoftgraph/microsoft-graph-docs, api-reference/v1.0",
    ),
    ("GH", "an issue of MicrosoftDocs/azure-docs"),
    (
        "GMETA",
        "microsoftgraph/msgraph-metadata, schemas/v1.0-Prod.csdl (August 2026)",
    ),
    (
        "ITISCLOUDY",
        "itiscloudy.com, an administrator's report of 2015",
    ),
    (
        "JP",
        "Microsoft Japan identity support team (jpazureid/blog), tested behaviour",
    ),
    ("KB2641663", "support article on matching by SMTP address"),
    (
        "KB2643629",
        "support article on objects that do not synchronise",
    ),
    (
        "KB2669550",
        "support article on UPN changes between federated domains",
    ),
    (
        "KB4337973",
        "support article on deleted users and their mailboxes",
    ),
    ("MIM", "MicrosoftDocs/MIMDocs, MIMDocs/reference"),
    (
        "MSOL",
        "Azure/azure-docs-powershell-azuread, azureadps-1.0/MSOnline",
    ),
    ("MSXFAQ", "msxfaq.de, adsync_deletion"),
    (
        "OD",
        "OfficeDocs-Support, duplicate attributes prevent DirSync (KB 2647098)",
    ),
    ("OWN", "inferred by this project; no source states it"),
    (
        "S",
        "MicrosoftDocs/SupportArticles-docs, support/entra/entra-id/user-prov-sync",
    ),
    (
        "S-PROXY",
        "support article proxyaddresses-attribute-populate (KB 3190357)",
    ),
    (
        "S-UPN",
        "support article use-upn-matching-identity-sync (KB 3164442)",
    ),
    (
        "SEED",
        "the founding document: an administrator on duplicates and InvalidSoftMatch",
    ),
    (
        "WMI",
        "Forefront Identity Manager 2010 R2, WMI Provider Return Strings (ms699322)",
    ),
];

/// What an abbreviated source stands for, such as `E-EXIST` or `JP/aadc_hardmatch.md`.
///
/// A page (`JP/aadc_hardmatch.md`) or an issue (`GH#5108`) is looked up by the collection it
/// belongs to, unless the page has an abbreviation of its own.
pub fn source_title(abbreviation: &str) -> Option<&'static str> {
    let find = |wanted: &str| {
        let position = SOURCES
            .binary_search_by_key(&wanted, |(short, _)| short)
            .ok()?;
        SOURCES.get(position).map(|(_, title)| *title)
    };
    find(abbreviation).or_else(|| {
        let (collection, _) = abbreviation.split_once(['/', '#'])?;
        find(collection)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_found_by_name_and_by_collection() {
        assert!(SOURCES.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert!(source_title("E-EXIST").is_some_and(|t| t.contains("existing-tenant")));
        assert_eq!(source_title("GH#5108"), source_title("GH"));
        assert_eq!(source_title("JP/aadc_hardmatch.md"), source_title("JP"));
        assert_eq!(source_title("nowhere"), None);
    }
}
