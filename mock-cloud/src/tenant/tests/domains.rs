//! Domains: the default one, roots, and what keeps one from being removed.

use crate::profile::Profile;
use crate::tenant::{Authentication, Domain};
use crate::workbench::{Workbench, account};

const OWN: &str = "lamplight.example";
const FEDERATED: &str = "fed.lamplight.example";

fn bench() -> Workbench {
    Workbench::new(Profile::Entra2026)
}

#[test]
fn a_federated_subdomain_is_promoted_only_while_nobody_is_named_in_it() {
    let mut bench = bench();
    assert!(bench.tenant.domains.parent(FEDERATED).is_some());
    let ann = bench.add(account(1, "ann"));
    let call = |bench: &mut Workbench, upn: &str| {
        let mut object = crate::DirectoryObject::clone(bench.get(ann));
        object.user_principal_name = Some(crate::Upn::new(upn));
        bench.tenant.replace(ann, object);
    };
    call(&mut bench, "ann@fed.lamplight.example");
    let refusal = bench.tenant.promote_domain(FEDERATED).unwrap_err();
    assert!(
        refusal
            .message
            .starts_with("Promoting a subdomain with user references")
    );
    assert!(refusal.hint.contains("ann"), "{}", refusal.hint);
    call(&mut bench, "ann@lamplight.example");
    assert_eq!(bench.tenant.promote_domain(FEDERATED), Ok(()));
    assert!(bench.tenant.domains.parent(FEDERATED).is_none());
    let again = bench.tenant.promote_domain(FEDERATED).unwrap_err();
    assert_eq!(again.message, "The domain is a root domain already.");
}

#[test]
fn a_domain_is_verified_before_it_is_promoted_or_made_the_default() {
    let mut bench = bench();
    bench.tenant.domains.insert(Domain {
        name: "new.lamplight.example".into(),
        initial: false,
        verified: false,
        authentication: Authentication::Managed,
    });
    for refusal in [
        bench.tenant.promote_domain("new.lamplight.example"),
        bench.tenant.make_default_domain("NEW.lamplight.example"),
    ] {
        assert!(refusal.unwrap_err().hint.contains("verify"));
    }
    assert_eq!(bench.tenant.make_default_domain(FEDERATED), Ok(()));
    assert_eq!(bench.tenant.domains.default().as_str(), FEDERATED);
    let unknown = bench.tenant.promote_domain("elsewhere.example");
    assert_eq!(unknown.unwrap_err().status, 404);
}

#[test]
fn a_domain_goes_when_nothing_depends_on_it() {
    let mut bench = bench();
    bench.add(account(1, "ann"));
    let why = |bench: &mut Workbench, name: &str| {
        let refusal = bench.tenant.remove_domain(name).unwrap_err();
        refusal.message.split(": ").nth(1).map(str::to_owned)
    };
    let initial = bench.tenant.domains.initial().to_string();
    let stays = "it is the initial or the default domain.";
    assert_eq!(why(&mut bench, &initial).as_deref(), Some(stays));
    assert_eq!(why(&mut bench, OWN).as_deref(), Some(stays));
    bench.tenant.make_default_domain(&initial).unwrap();
    assert_eq!(why(&mut bench, OWN).as_deref(), Some("it has subdomains."));
    for below in [FEDERATED, "fed2.lamplight.example"] {
        bench.tenant.remove_domain(below).unwrap();
    }
    assert_eq!(
        why(&mut bench, OWN).as_deref(),
        Some("objects still depend on it.")
    );
    assert!(bench.tenant.domains.is_verified(OWN));
}
