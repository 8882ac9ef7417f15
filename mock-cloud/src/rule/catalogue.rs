//! The table of rules: number, confidence, sources and title of each, in catalogue order.

use super::{Confidence, Rule, RuleId, rules};

rules! {
    // Section 1: identity anchor.
    R1_1 "R1.1" Documented "E-EXIST, E-DESIGN, SEED"
        => "the anchor is the Base64 text of the 16 raw GUID bytes";
    R1_2 "R1.2" Documented "SEED"
        => "GUID bytes stand as AD stores them: first three fields little-endian";
    R1_3 "R1.3" Documented "JP, E/reference-connect-adsynctools.md"
        => "anchors computed from GUIDs agree with the published vectors";
    R1_4 "R1.4" Documented "DR, E/reference-connect-adsynctools.md"
        => "the connector-space DN is the hex of the anchor's text";
    R1_5 "R1.5" Documented "E-DESIGN, DR"
        => "anchors compare case-sensitively, character by character";
    R1_6 "R1.6" Documented "E-DESIGN"
        => "an anchor attribute must be short, unique, unchanging and free of reserved characters";
    R1_7 "R1.7" Documented "E-DESIGN"
        => "the anchor comes from objectGUID, for users of later builds from mS-DS-ConsistencyGuid";
    R1_8 "R1.8" Documented "E-DESIGN, MIM"
        => "an empty mS-DS-ConsistencyGuid is filled from objectGUID and written back to AD";
    R1_9 "R1.9" Documented "E-EXIST, JP/aadc_hardmatch.md"
        => "an administrator may set mS-DS-ConsistencyGuid to an existing account's anchor";
    R1_10 "R1.10" Documented "DR, E-DESIGN"
        => "the anchor of an exported object must not change";
    R1_11 "R1.11" Documented "AAI, DR"
        => "the cloud anchor is the type word followed by the cloud object's id";
    R1_12 "R1.12" Documented "DR"
        => "a linked mailbox account contributes no anchor and is not exported on its own";
    R1_13 "R1.13" Documented "E-EXIST"
        => "only a user's anchor can be set by an administrator";
    R1_14 "R1.14" Supported "AAI"
        => "the sync service lets a cloud-only user's anchor be set once";
    // Section 2: matching at export of a new object.
    R2_1 "R2.1" Documented "E-EXIST"
        => "only an object that is new to the service is matched; updates never match";
    R2_2 "R2.2" Documented "DR"
        => "the engine knows no cloud-only objects: the service alone matches";
    R2_3 "R2.3" Documented "E-EXIST, JP/aadc_hardmatch.md"
        => "a hard match is tried first, then a soft match, then a new object is created";
    R2_4 "R2.4" Documented "E-EXIST, E-ERR, E-BIN"
        => "a user with the same anchor matches, live or in the recycle bin";
    R2_5 "R2.5" Documented "JP/upn-hard-match.md, SEED"
        => "names and addresses need not agree for a hard match";
    R2_6 "R2.6" Documented "E-EXIST, E-BIN"
        => "a hard match hands the account to AD and restores it if it was deleted";
    R2_7 "R2.7" Documented "MSOL/Set-MsolDirSyncFeature, E-ERR"
        => "the tenant forbids taking over cloud accounts by hard match";
    R2_8 "R2.8" Documented "MSOL/Set-MsolDirSyncFeature, E-ERR"
        => "the takeover block leaves accounts that are already synced alone";
    R2_9 "R2.9" Documented "MSOL/Set-MsolDirSyncFeature, EPS/Set-EntraDirSyncFeature, S-UPN"
        => "soft match compares the primary address first, the UPN only if that finds nothing";
    R2_10 "R2.10" Documented "E-EXIST, KB2643629, JP/aboutSoftMatching.md"
        => "the incoming address is the SMTP: value, or mail where there are no proxyAddresses";
    R2_11 "R2.11" Reported "KB2641663"
        => "only the cloud account's primary address counts in a soft match";
    R2_12 "R2.12" Assumed "OWN"
        => "UPNs and addresses compare without regard to case; the SMTP: prefix keeps its case";
    R2_13 "R2.13" Documented "S-UPN, KB2641663"
        => "a soft match by UPN needs the tenant feature softMatchOnUpn";
    R2_14A "R2.14a" Documented "E-ERR, JP/duplicate-attribute-recoverability-behavior.md, E-EXIST"
        => "the account found already carries another anchor";
    R2_14B "R2.14b" Documented "E-EXIST, E-ERR, GH#39759"
        => "the account found holds an administrative role, so it is never soft-matched";
    R2_14C "R2.14c" Supported "E-FEAT, EPS/Get-EntraDirectoryObjectOnPremisesProvisioningError"
        => "the tenant forbids soft matches";
    R2_14D "R2.14d" Documented "E-ERR"
        => "an object of another type holds the address";
    R2_14E "R2.14e" Supported "GH#5108"
        => "the account found is in a federated domain, so it is not soft-matched";
    R2_14F "R2.14f" Supported "JP/duplicate-attribute-recoverability-behavior.md, E-BIN"
        => "deleted accounts are not soft-matched and do not hold their names";
    R2_14G "R2.14g" Supported "JP/aboutSoftMatching.md"
        => "a Microsoft 365 group is not soft-matched";
    R2_14H "R2.14h" Assumed "OWN"
        => "a guest is not soft-matched";
    R2_14I "R2.14i" Supported "KB2641663"
        => "with UPN matching off, an account without a primary address cannot be soft-matched";
    R2_14J "R2.14j" Documented "E-SOA"
        => "an account converted to cloud management stays linked: changes from AD are dropped";
    R2_14K "R2.14k" Documented "KB2641663, S-UPN"
        => "an account once soft-matched is decided by its anchor";
    R2_14L "R2.14l" Supported "KB2641663"
        => "no licence is needed for a soft match by UPN";
    R2_15 "R2.15" Documented "E-EXIST"
        => "a soft match stamps the incoming anchor on the account";
    R2_16 "R2.16" Supported "JP/aboutSoftMatching.md"
        => "a match by address gives the account the UPN of AD";
    R2_17 "R2.17" Reported "OWN"
        => "a UPN that collides after a match by address is treated as any duplicate";
    R2_18 "R2.18" Reported "KB2641663"
        => "the primary address does not change in the very match it decides";
    R2_19 "R2.19" Documented "E-EXIST, E-ERR"
        => "an administrator is matched once roles and the duplicate are removed";
    R2_20 "R2.20" Documented "E-EXIST, E-NEWS"
        => "hardening blocks a hard match with privileged or already mapped accounts";
    R2_21 "R2.21" Supported "E-FEAT, E-EXIST, JP/hardmatch-security-hardening.md"
        => "onPremisesObjectIdentifier blocks a hard match if it is set and different";
    R2_22 "R2.22" Documented "E-EXIST, GMETA"
        => "clearing onPremisesObjectIdentifier lifts the block on a hard match";
    R2_23 "R2.23" Documented "E-EXIST"
        => "hardening leaves soft matches and accounts already matched alone";
    R2_24 "R2.24" Documented "E-EXIST"
        => "a match overwrites every cloud attribute that has a value in AD";
    R2_25 "R2.25" Reported "E-EXIST, AAI"
        => "a match keeps attributes absent in AD but recomputes all addresses";
    R2_26 "R2.26" Documented "E-EXIST"
        => "with password hash sync a match brings the AD password";
    R2_27 "R2.27" Documented "DOCS"
        => "a match keeps object id, licences, roles, group memberships and mailbox";
    R2_28 "R2.28" Documented "DR, GMETA"
        => "a match records where the account comes from in AD";
    R2_29 "R2.29" Supported "DR"
        => "an empty usage location in AD does not clear the cloud's";
    R2_30 "R2.30" Documented "E-SOA"
        => "the account's source of authority was moved to the cloud, so AD changes are skipped";
    R2_31 "R2.31" Documented "E-EXIST"
        => "mail-enabled groups and contacts soft-match by address; other groups never match";
    R2_32 "R2.32" Supported "JP/aboutSoftMatching.md"
        => "a matched group takes its members from AD";
    R2_33 "R2.33" Documented "E-FEAT"
        => "a device meets InvalidSoftMatch where soft matches are forbidden";
    R2_34 "R2.34" Documented "GMETA, AAI"
        => "tenant features carry their documented names";
    R2_35 "R2.35" Documented "E-FEAT, MSOL, E-DUP"
        => "some tenant features cannot be turned off again";
    R2_36 "R2.36" Documented "GMETA"
        => "the deletion threshold is stored in the tenant";
    // Section 3: duplicate attribute resiliency (quarantine).
    R3_1 "R3.1" Documented "E-DUP"
        => "duplicate values are quarantined, for every sync client";
    R3_2 "R3.2" Documented "E-DUP"
        => "quarantine handles userPrincipalName and SMTP addresses, across all object types";
    R3_3 "R3.3" Supported "E-DUP"
        => "a UPN may not equal another object's address";
    R3_4 "R3.4" Documented "E-DUP, JP"
        => "a duplicate UPN is replaced by prefix, four digits and the initial domain";
    R3_5 "R3.5" Documented "E-DUP"
        => "a duplicate address is withheld and everything else is applied";
    R3_6 "R3.6" Documented "E-DUP"
        => "an export with quarantined values succeeds and is not retried";
    R3_7 "R3.7" Documented "GMETA, GDOC, EPS"
        => "withheld values are recorded on the object as provisioning errors";
    R3_8 "R3.8" Documented "E-DUP, JP"
        => "an hourly task puts withheld values back once the conflict is gone";
    R3_9 "R3.9" Supported "JP/duplicate-attribute-recoverability-behavior.md"
        => "a withheld UPN whose suffix is not verified is not put back";
    R3_10 "R3.10" Supported "JP/duplicate-attribute-recoverability-behavior.md"
        => "with every value withheld only system-made names remain";
    R3_11A "R3.11a" Documented "E-DUP"
        => "a new user whose UPN and address are a group's address is an error";
    R3_11B "R3.11b" Documented "E-DUP"
        => "the second of two new groups with one address is an error first, quarantined later";
    R3_11C "R3.11c" Supported "JP, E-HEALTH"
        => "a duplicate SIP address is an error, not quarantined";
    R3_11D "R3.11d" Supported "JP"
        => "a restore whose names were taken meanwhile is an error, not quarantined";
    R3_11E "R3.11e" Documented "E-EXIST, E-HEALTH"
        => "a duplicate on-premises SID is an error, not quarantined";
    R3_11F "R3.11f" Documented "E-ERR"
        => "wrong type, invalid values and oversize are errors, not duplicates";
    R3_11G "R3.11g" Documented "E-EXIST"
        => "a new object with a synced object's primary address is an error";
    R3_12 "R3.12" Supported "JP/move-attribute-values-between-objects.md"
        => "moving a value between objects in one cycle depends on export order";
    R3_13 "R3.13" Supported "GH#54426"
        => "a withheld address blocks later edits in the cloud";
    R3_14 "R3.14" Supported "E-DUP, E-ERR, SEED, GH#5108"
        => "the era decides whether a conflict is an error or a duplicate account";
    // Section 4: UPN and address calculation in the cloud.
    R4_1 "R4.1" Documented "DR"
        => "an empty UPN is made from sAMAccountName and the domain name";
    R4_2 "R4.2" Documented "E-UPN"
        => "a UPN with an unverified suffix becomes the mail nickname at the initial domain";
    R4_3 "R4.3" Documented "E-UPN"
        => "the mail nickname is the first present of alias, address, mail and UPN prefix";
    R4_4 "R4.4" Documented "E-UPN"
        => "the cloud UPN is recalculated only when the UPN of AD or the domains change";
    R4_5 "R4.5" Documented "E-UPN"
        => "a licensed user's new UPN is also added as an address";
    R4_6 "R4.6" Documented "E-FEAT, MSOL"
        => "UPN changes of licensed managed users are ignored while the feature is off";
    R4_7 "R4.7" Supported "KB2669550, E-ERR"
        => "a UPN cannot move from one federated domain straight to another";
    R4_8 "R4.8" Documented "E-UPN, DR"
        => "with an alternate login another attribute feeds the cloud UPN";
    R4_10 "R4.10" Documented "S-PROXY"
        => "cloud addresses are derived from what AD sends, not copied";
    R4_11 "R4.11" Documented "S-PROXY, KB2643629"
        => "addresses are filtered, then primary, mail and system addresses are derived";
    R4_12 "R4.12" Documented "S-PROXY"
        => "a new primary address removes the old one";
    R4_13 "R4.13" Documented "S-PROXY"
        => "without a licence the UPN's address goes and the system address becomes primary";
    R4_14 "R4.14" Supported "S-PROXY, E-UPN"
        => "the system address begins with the mail nickname";
    R4_15 "R4.15" Documented "DR"
        => "a hybrid mailbox's x500 address is written back to AD";
    // Section 5: attribute flow, filtering, scope changes.
    R5_1 "R5.1" Documented "E-DECL"
        => "sync rules scope, join, project and flow, the lower number winning";
    R5_2 "R5.2" Documented "E-DECL"
        => "a rule may contribute nothing, force empty or leave the target as it is";
    R5_3 "R5.3" Documented "E-DECL"
        => "an object no inbound rule holds leaves the metaverse and is deleted outbound";
    R5_4 "R5.4" Documented "DR"
        => "between forests an enabled account's identity beats a disabled one's";
    R5_5 "R5.5" Documented "DR"
        => "accounts of several forests join by SID, never by UPN or mail; contacts by mail";
    R5_6 "R5.6" Documented "DR"
        => "proxyAddresses flow trimmed and without repetitions";
    R5_7 "R5.7" Documented "DR"
        => "a group goes out if mail- or security-enabled, a contact only if mail-enabled";
    R5_8 "R5.8" Documented "E/reference-connect-sync-attributes-synchronized.md"
        => "only the documented attributes are synchronised";
    R5_9 "R5.9" Documented "DR"
        => "system, service and conflict objects are not synchronised by default";
    R5_10 "R5.10" Documented "DR"
        => "an adminDescription beginning User_ or Group_ keeps an object out";
    R5_11 "R5.11" Documented "KB2643629"
        => "DirSync leaves out the older list of system objects";
    R5_12 "R5.12" Documented "E-FILTER"
        => "objects are filtered by domain, container, group or attribute";
    R5_13 "R5.13" Documented "E-FILTER"
        => "a changed filter takes effect at the next full import or full synchronization";
    R5_14 "R5.14" Documented "E-FILTER"
        => "an object that leaves scope is deleted in the cloud at the next export";
    R5_15 "R5.15" Supported "E-FILTER, JP"
        => "a moved user is seen by a delta import, a renamed container only by a full one";
    R5_16 "R5.16" Supported "E-FILTER"
        => "new containers are included where the whole domain is selected";
    R5_17 "R5.17" Documented "E-ERR"
        => "a deleted synced user goes to the recycle bin and keeps its anchor";
    R5_18 "R5.18" Documented "EPS/Get-EntraDeletedUser"
        => "a deleted user's UPN is prefixed with its id, freeing the name";
    R5_19 "R5.19" Documented "GDOC, E-FILTER"
        => "deleted security groups and contacts are gone at once";
    R5_20 "R5.20" Documented "E-BIN, E-ERR"
        => "a user back in scope within 30 days is restored by its anchor";
    R5_21 "R5.21" Documented "KB4337973"
        => "after a hard delete the user comes back as a new account";
    R5_22 "R5.22" Documented "E-BIN"
        => "a user restored in AD keeps the anchor; a recreated one is somebody new";
    R5_23 "R5.23" Documented "KB4337973"
        => "the mailbox is deleted with the user and purged after 30 days";
    R5_24 "R5.24" Supported "GH#21040, GH#21651, GH#21087, E-ERR"
        => "a formerly synced user restored in the cloud is not plainly cloud-only";
    R5_25 "R5.25" Supported "MSXFAQ, E-EXIST"
        => "a synced user deleted in the cloud is exported again while in scope";
    // Section 6: the engine.
    R6_1 "R6.1" Documented "E-ARCH, MIM"
        => "every connector has its own space, joined through one metaverse";
    R6_2 "R6.2" Documented "E-ARCH"
        => "an import compares by DN and stages add, update or delete";
    R6_3 "R6.3" Documented "E/how-to-connect-sync-operations.md, DR, MIM"
        => "each run profile step reads and detects only its share";
    R6_4 "R6.4" Documented "MIM"
        => "absence counts as deletion only after an import without discovery errors";
    R6_5 "R6.5" Documented "E-ARCH, MIM"
        => "an exported value is unconfirmed until an import shows it";
    R6_6 "R6.6" Reported "SEED, ITISCLOUDY"
        => "after a repair by hand only a full import and synchronization sees it";
    R6_7 "R6.7" Documented "DOCS"
        => "a touched attribute makes the next delta synchronization process the object";
    R6_8 "R6.8" Documented "E-SCHED, SEED"
        => "the scheduler runs every 30 minutes; DirSync every three hours";
    R6_9 "R6.9" Documented "E-SCHED, E/how-to-connect-sync-operations.md"
        => "a cycle imports, synchronizes, then exports, cloud before AD";
    R6_10 "R6.10" Documented "E-ERR, SEED"
        => "connectors carry their product's names";
    R6_11 "R6.11" Documented "DR"
        => "imports are paged and exports batched";
    R6_12 "R6.12" Documented "E/how-to-connect-sync-operations.md, MIM"
        => "every step ends with a documented status";
    R6_13 "R6.13" Documented "DOCS"
        => "one object's error does not stop the others";
    R6_14 "R6.14" Documented "E-ARCH, E-DUP"
        => "a failed export stays pending and is retried at every run";
    R6_15 "R6.15" Documented "DOCS"
        => "a rule error leaves the object as it was until the next synchronization";
    R6_16 "R6.16" Documented "MIM"
        => "generic export errors carry documented codes";
    R6_17 "R6.17" Documented "E-DEL"
        => "more than 500 pending deletions in one run stop the export";
    R6_18 "R6.18" Documented "E-DEL"
        => "the deletion threshold trips above its number, not at it";
    R6_19 "R6.19" Supported "E-DEL"
        => "a tripped threshold stops the whole export";
    R6_20 "R6.20" Documented "E-DEL"
        => "a tripped threshold is reported by status, event and mail until approved";
    R6_21 "R6.21" Documented "E/how-to-connect-sync-staging-server.md"
        => "staging mode imports and synchronizes but never exports";
    R6_22 "R6.22" Documented "S/object-deletions-not-sync.md"
        => "the engine never deletes what it has not provisioned";
    R6_23 "R6.23" Documented "E-EXIST, E-CLOUD, GH#74931"
        => "Cloud Sync uses the same matching service, more often";
    R6_24 "R6.24" Supported "AAI"
        => "the provisioning service speaks SOAP, one result per object";
}
