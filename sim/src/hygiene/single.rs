//! Each value by itself.

use mock_ad::directory::AttributeId;
use mock_cloud::address::{ProxyAddress, prefix, suffix};
use mock_cloud::{RuleId, Tenant};

use super::{Fault, Finding, Subject};

/// The longest values that IdFix lets pass.
const LIMITS: [(AttributeId, usize); 8] = [
    (AttributeId::DISPLAY_NAME, 255),
    (AttributeId::GIVEN_NAME, 63),
    (AttributeId::SN, 63),
    (AttributeId::MAIL, 256),
    (AttributeId::MAIL_NICKNAME, 64),
    (AttributeId::PROXY_ADDRESSES, 256),
    (AttributeId::TARGET_ADDRESS, 255),
    (AttributeId::USER_PRINCIPAL_NAME, 113),
];
/// The longest parts of a UPN, around its `@`.
const UPN_PREFIX_MAX: usize = 64;
const UPN_SUFFIX_MAX: usize = 48;
/// The longest sAMAccountName of a user.
const SAM_MAX: usize = 20;

const NOT_IN_UPN: &str = "\\%&*+/=?{}|<>();:,[]\"";
const NOT_IN_ADDRESS: &str = "<>();,[]\"";
const NOT_IN_NICKNAME: &str = "\\/[]:;|=,+*?<>@\"";
const NOT_IN_SAM: &str = "\\\"|,/[]:<>+=;?*";

/// Ends of domain names that nobody can own, so that no tenant can verify them.
const NOT_ROUTABLE: [&str; 12] = [
    "local",
    "lan",
    "internal",
    "intern",
    "intra",
    "corp",
    "home",
    "private",
    "localdomain",
    "localhost",
    "invalid",
    "test",
];

pub(super) fn check(subject: &Subject<'_>, tenant: &Tenant, findings: &mut Vec<Finding>) {
    let object = subject.object;
    for (attribute, limit) in LIMITS {
        for value in object.texts(attribute) {
            if value.chars().count() > limit {
                let mut finding = subject.finding(attribute, Fault::Length, value);
                finding.update = Some(value.chars().take(limit).collect());
                finding.rule = Some(RuleId::R3_11F);
                findings.push(finding);
            }
        }
    }
    if subject.is_recipient() && object.get(AttributeId::DISPLAY_NAME).is_none() {
        let mut finding = subject.finding(AttributeId::DISPLAY_NAME, Fault::Blank, "");
        finding.update = Some(object.name().to_string());
        findings.push(finding);
    }
    if let Some(value) = object.text(AttributeId::MAIL_NICKNAME) {
        let attribute = AttributeId::MAIL_NICKNAME;
        characters(subject, attribute, value, NOT_IN_NICKNAME, findings);
        if value.starts_with('.') || value.ends_with('.') {
            let mut finding = subject.finding(attribute, Fault::Format, value);
            finding.update = Some(value.trim_matches('.').to_owned());
            findings.push(finding);
        }
    }
    if let Some(value) = object
        .text(AttributeId::SAM_ACCOUNT_NAME)
        .filter(|_| subject.is_user())
    {
        let attribute = AttributeId::SAM_ACCOUNT_NAME;
        characters(subject, attribute, value, NOT_IN_SAM, findings);
        if value.chars().count() > SAM_MAX {
            findings.push(subject.finding(attribute, Fault::Length, value));
        }
    }
    if let Some(value) = object.text(AttributeId::MAIL) {
        address(subject, AttributeId::MAIL, value, value, findings);
    }
    for attribute in [AttributeId::PROXY_ADDRESSES, AttributeId::TARGET_ADDRESS] {
        for value in object.texts(attribute) {
            let typed = ProxyAddress::new(value.clone());
            let is_smtp = typed.is_smtp() || typed.protocol().is_empty();
            if is_smtp || typed.is_sip() {
                address(subject, attribute, value, typed.address(), findings);
            }
        }
    }
    if let Some(value) = object
        .text(AttributeId::USER_PRINCIPAL_NAME)
        .filter(|_| subject.is_user())
    {
        upn(subject, value, tenant, findings);
    }
}

/// Characters that are refused; the update leaves them out.
fn characters(
    subject: &Subject<'_>,
    attribute: AttributeId,
    value: &str,
    refused: &str,
    findings: &mut Vec<Finding>,
) -> bool {
    let is_bad = |c: char| {
        c.is_whitespace() && attribute != AttributeId::SAM_ACCOUNT_NAME
            || c.is_control()
            || refused.contains(c)
    };
    if !value.chars().any(is_bad) {
        return false;
    }
    let mut finding = subject.finding(attribute, Fault::Character, value);
    finding.update = Some(value.chars().filter(|c| !is_bad(*c)).collect());
    findings.push(finding);
    true
}

/// An address in a value, which may stand behind its type.
fn address(
    subject: &Subject<'_>,
    attribute: AttributeId,
    value: &str,
    address: &str,
    findings: &mut Vec<Finding>,
) {
    let updated = |new: &str| Some(value.replacen(address, new, 1));
    let is_bad = |c: char| c.is_whitespace() || c.is_control() || NOT_IN_ADDRESS.contains(c);
    if address.chars().any(is_bad) {
        let clean: String = address.chars().filter(|c| !is_bad(*c)).collect();
        let mut finding = subject.finding(attribute, Fault::Character, value);
        finding.update = updated(&clean);
        finding.rule = Some(RuleId::R3_11F);
        findings.push(finding);
        return;
    }
    let (local, domain) = (prefix(address), suffix(address));
    let fault = if address.matches('@').count() != 1 || address.contains(':') {
        Fault::Format
    } else if local.is_empty()
        || local.starts_with('.')
        || local.ends_with('.')
        || local.contains("..")
    {
        Fault::LocalPart
    } else if !is_domain(domain) {
        Fault::DomainPart
    } else if is_not_routable(domain) {
        Fault::TopLevelDomain
    } else {
        return;
    };
    let mut finding = subject.finding(attribute, fault, value);
    if fault == Fault::LocalPart {
        let clean = local.trim_matches('.').replace("..", ".");
        finding.update = updated(&format!("{clean}@{domain}")).filter(|_| !clean.is_empty());
    }
    findings.push(finding);
}

fn upn(subject: &Subject<'_>, value: &str, tenant: &Tenant, findings: &mut Vec<Finding>) {
    let attribute = AttributeId::USER_PRINCIPAL_NAME;
    let before = findings.len();
    let (local, domain) = (prefix(value), suffix(value));
    if !characters(subject, attribute, value, NOT_IN_UPN, findings) {
        let fault = if value.matches('@').count() != 1 {
            Some(Fault::Format)
        } else if local.is_empty() || local.starts_with('.') || local.ends_with('.') {
            Some(Fault::LocalPart)
        } else if !is_domain(domain) {
            Some(Fault::DomainPart)
        } else if tenant.domains.is_verified(domain) {
            None
        } else if is_not_routable(domain) {
            Some(Fault::TopLevelDomain)
        } else {
            Some(Fault::DomainPart)
        };
        let too_long =
            local.chars().count() > UPN_PREFIX_MAX || domain.chars().count() > UPN_SUFFIX_MAX;
        let faults = fault.into_iter().chain(too_long.then_some(Fault::Length));
        findings.extend(faults.map(|fault| subject.finding(attribute, fault, value)));
    }
    // The address of the same person often is what the UPN should be.
    let mail = subject.object.text(AttributeId::MAIL);
    let mail = mail.filter(|mail| {
        tenant.domains.is_verified(suffix(mail)) && !mail.contains(char::is_whitespace)
    });
    for finding in &mut findings[before..] {
        finding.rule = Some(RuleId::R4_2);
        let is_suffix = matches!(finding.fault, Fault::TopLevelDomain | Fault::DomainPart);
        if is_suffix || finding.update.is_none() {
            finding.update = mail.map(ToString::to_string);
        }
    }
}

fn is_domain(domain: &str) -> bool {
    let label = |label: &str| {
        let good = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        !label.is_empty()
            && label.len() <= 63
            && label.bytes().all(good)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    domain.contains('.') && domain.split('.').all(label)
}

fn is_not_routable(domain: &str) -> bool {
    let end = domain.rsplit('.').next().unwrap_or_default();
    NOT_ROUTABLE.iter().any(|it| it.eq_ignore_ascii_case(end))
}
