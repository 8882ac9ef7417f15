//! What answers of Graph cost at 10^5 users, before any HTTP: `cargo bench -p mock-cloud`.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use jiff::Timestamp;
use mock_cloud::odata::{QueryOptions, Resource, list, render_one};
use mock_cloud::tenant::{DirectoryObject, Kind};
use mock_cloud::{CloudId, Profile, ProxyAddress, SourceAnchor, Tenant, Upn};
use store::Text;

const USERS: u32 = 100_000;
const BASE: &str = "https://graph.microsoft.com/v1.0";

fn tenant() -> Tenant {
    let mut tenant = Tenant::new("contoso.onmicrosoft.com", Profile::Entra2025);
    for number in 0..USERS {
        let mut id = [7; 16];
        id[..4].copy_from_slice(&number.to_be_bytes());
        let kind = Kind::User;
        let mut user = DirectoryObject::new(CloudId::from_bytes(id), kind, Timestamp::UNIX_EPOCH);
        let address = format!("user{number}@contoso.example");
        user.display_name = Some(Text::from(format!(
            "User {}",
            number.wrapping_mul(7919) % USERS
        )));
        user.mail = Some(Text::from(address.as_str()));
        user.proxy_addresses = [ProxyAddress::primary(&address)].into();
        user.user_principal_name = Some(Upn::new(address));
        user.on_premises.immutable_id = Some(SourceAnchor::from_guid_bytes(id));
        tenant.insert(user);
    }
    tenant
}

fn answers(criterion: &mut Criterion) {
    let tenant = tenant();
    let mut group = criterion.benchmark_group("odata");
    group.sample_size(20);
    for (name, query, level) in [
        ("page of 100", "", None),
        ("page of 999", "$top=999", None),
        (
            "select 4, page of 999",
            "$top=999&$select=id,displayName,mail,proxyAddresses",
            None,
        ),
        (
            "filter by UPN",
            "$filter=userPrincipalName eq 'user4711@contoso.example'",
            None,
        ),
        (
            "filter by proxy address",
            "$filter=proxyAddresses/any(p:p eq 'smtp:user4711@contoso.example')",
            None,
        ),
        ("filter by scan", "$filter=mailNickname eq 'nobody'", None),
        ("order by displayName", "$orderby=displayName", None),
        (
            "endsWith and count",
            "$count=true&$filter=endsWith(mail,'99@contoso.example')",
            Some("eventual"),
        ),
    ] {
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let options = QueryOptions::parse(&Resource::Users, black_box(query), level);
                let options = options.expect("the query is supported");
                let page = list(&tenant, &Resource::Users, &options, BASE);
                page.expect("it is answered").into_body()
            });
        });
    }
    let id = "00001267-0707-0707-0707-070707070707"
        .parse()
        .expect("it is an id");
    group.bench_function("one by id", |bencher| {
        bencher.iter(|| {
            let key = tenant.find_by_id(black_box(id)).expect("it is there");
            let options = QueryOptions::default();
            render_one(&tenant, key, &options, BASE)
        });
    });
    group.finish();
}

criterion_group!(benches, answers);
criterion_main!(benches);
