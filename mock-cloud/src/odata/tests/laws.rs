//! Laws over random filters, queries and tenants.

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::Value;

use super::{BASE, small};
use crate::odata::filter::check::check;
use crate::odata::filter::eval::passes;
use crate::odata::filter::{Comparison, Expression, Literal, Operand, Path};
use crate::odata::record::Item;
use crate::odata::{EntityType, QueryOptions, Resource, list};
use crate::profile::GraphPolicy;
use crate::tenant::Tenant;
use crate::workbench::random;

fn literal() -> impl Strategy<Value = Literal> {
    prop_oneof![
        Just(Literal::Null),
        any::<bool>().prop_map(Literal::Boolean),
        "[a-z' @.:é]{0,8}".prop_map(Literal::Text),
        any::<[u8; 16]>().prop_map(|bytes| Literal::Guid(uuid::Uuid::from_bytes(bytes))),
        (-999i32..999).prop_map(|number| Literal::Number(number.to_string())),
        (0i64..4_000_000_000).prop_map(|seconds| {
            Literal::Instant(jiff::Timestamp::from_second(seconds).expect("it is in range"))
        }),
    ]
}

fn path() -> impl Strategy<Value = Path> {
    let name = select(vec![
        "mail",
        "id",
        "$it",
        "proxyAddresses",
        "microsoft.graph.user",
        "x1",
    ]);
    prop::collection::vec(name.prop_map(str::to_owned), 1..3).prop_map(Path)
}

fn operand() -> impl Strategy<Value = Operand> {
    let leaf = prop_oneof![
        literal().prop_map(Operand::Literal),
        path().prop_map(Operand::Path),
        path().prop_map(Operand::Count),
    ];
    leaf.prop_recursive(2, 6, 3, |inner| {
        let name = select(vec!["startsWith", "tolower", "concat", "now"]);
        (name, prop::collection::vec(inner, 0..3))
            .prop_map(|(name, arguments)| Operand::Call(name.to_owned(), arguments))
    })
}

fn expression() -> impl Strategy<Value = Expression> {
    let comparison = select(Comparison::ALL.to_vec());
    let leaf = prop_oneof![
        (operand(), comparison, operand())
            .prop_map(|(left, operator, right)| Expression::Compare(left, operator, right)),
        (
            path(),
            prop::collection::vec(literal().prop_map(Operand::Literal), 1..4)
        )
            .prop_map(|(path, list)| Expression::In(Operand::Path(path), list)),
        path().prop_map(|path| Expression::Truth(Operand::Path(path))),
        path().prop_map(|path| Expression::Lambda {
            path,
            all: false,
            body: None
        }),
    ];
    leaf.prop_recursive(4, 24, 3, |inner| {
        let some = prop::collection::vec(inner.clone(), 2..4);
        prop_oneof![
            some.clone().prop_map(Expression::And),
            some.prop_map(Expression::Or),
            inner
                .clone()
                .prop_map(|inner| Expression::Not(Box::new(inner))),
            (path(), any::<bool>(), inner).prop_map(|(path, all, body)| Expression::Lambda {
                path,
                all,
                body: Some(("p".to_owned(), Box::new(body))),
            }),
        ]
    })
}

/// Filters that are supported, over the names that random tenants use.
fn supported() -> impl Strategy<Value = String> {
    let names = || select(random::NAMES.to_vec()).prop_map(crate::workbench::at);
    let clause = prop_oneof![
        (
            select(vec![
                "mail",
                "userPrincipalName",
                "displayName",
                "mailNickname"
            ]),
            names()
        )
            .prop_map(|(property, name)| format!("{property} eq '{name}'")),
        (select(vec!["SMTP:", "smtp:", "sip:", "x500:"]), names())
            .prop_map(|(prefix, name)| format!("proxyAddresses/any(p:p eq '{prefix}{name}')")),
        names().prop_map(|name| format!("startsWith(mail,'{name}')")),
        select(random::NAMES.to_vec()).prop_map(|name| format!("mailNickname eq '{name}'")),
        (0..6u8).prop_map(|number| {
            format!(
                "onPremisesImmutableId eq '{}'",
                crate::workbench::anchor(number)
            )
        }),
        select(random::SIDS.to_vec())
            .prop_map(|sid| format!("onPremisesSecurityIdentifier eq '{sid}'")),
        Just("onPremisesProvisioningErrors/any(e:e/category eq 'PropertyConflict')".to_owned()),
        Just("onPremisesSyncEnabled ne true".to_owned()),
        (names(), names()).prop_map(|(one, two)| format!("mail in ('{one}','{two}')")),
    ];
    clause.prop_recursive(3, 8, 2, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(one, two)| format!("({one}) and ({two})")),
            (inner.clone(), inner.clone()).prop_map(|(one, two)| format!("({one}) or ({two})")),
            inner.prop_map(|one| format!("not ({one})")),
        ]
    })
}

/// A tenant after a random history.
fn tenant() -> impl Strategy<Value = Tenant> {
    random::history().prop_map(|(beginning, steps)| {
        let mut bench = beginning.workbench();
        for step in &steps {
            bench.step(step);
        }
        bench.tenant
    })
}

fn ids(body: &[u8]) -> Vec<String> {
    let body: Value = serde_json::from_slice(body).expect("it is JSON");
    super::column(&body, "id")
}

/// Every page of a question, joined.
fn all_pages(tenant: &Tenant, query: &str) -> Vec<String> {
    let mut query = query.to_owned();
    let mut found = Vec::new();
    for _ in 0..1000 {
        let options = QueryOptions::parse(&Resource::Users, &query, Some("eventual"));
        let options = options.expect("the query is supported");
        let page = list(tenant, &Resource::Users, &options, BASE).expect("it is answered");
        let next = page.next_link.clone();
        found.extend(ids(&page.into_body()));
        match next {
            Some(link) => {
                query = link
                    .split_once('?')
                    .expect("links have a query")
                    .1
                    .to_owned();
            }
            None => return found,
        }
    }
    panic!("the pages never end");
}

/// How a question may be sorted.
const ORDERS: [&str; 3] = [
    "",
    "&$orderby=displayName desc",
    "&$orderby=createdDateTime,userPrincipalName",
];

proptest! {
    #[test]
    fn what_was_read_prints_and_reads_the_same(expression in expression()) {
        let read = Expression::parse(&expression.to_string());
        prop_assert_eq!(read, Ok(expression));
    }

    #[test]
    fn no_text_is_too_strange(text in "\\PC{0,80}", more in "[a-z()'/:, 0-9-]{0,80}") {
        for filter in [&text, &more] {
            if let Ok(expression) = Expression::parse(filter) {
                let _ = check(&expression, EntityType::User, true, GraphPolicy::DEFAULT);
            }
            for name in ["filter", "search", "select", "orderby", "expand", "top", "skiptoken"] {
                let query = format!("${name}={filter}");
                let options = QueryOptions::parse(&Resource::Users, &query, Some("eventual"));
                if let Ok(options) = options {
                    let (bench, _) = small();
                    let _ = list(&bench.tenant, &Resource::Users, &options, BASE);
                }
            }
        }
    }

    #[test]
    fn indexes_and_pages_answer_as_a_scan(
        tenant in tenant(),
        filter in supported(),
        top in 1..4u8,
        order in select(ORDERS.to_vec()),
    ) {
        let expression = Expression::parse(&filter).expect("it is a filter");
        let test = check(&expression, EntityType::User, true, GraphPolicy::DEFAULT);
        prop_assume!(test.is_ok());
        let test = test.expect("it was looked at");
        let mut scan: Vec<String> = tenant
            .objects()
            .filter(|(key, object)| {
                object.is_live()
                    && object.kind.is_user()
                    && passes(&test, &tenant, &Item::Object(*key, object))
            })
            .map(|(_, object)| object.id.to_string())
            .collect();
        let query = format!("$count=true&$filter={filter}&$top={top}{order}");
        let mut paged = all_pages(&tenant, &query);
        let whole = all_pages(&tenant, &format!("$count=true&$filter={filter}&$top=999{order}"));
        prop_assert_eq!(&paged, &whole);
        if !order.is_empty() {
            paged.sort_unstable();
            scan.sort_unstable();
        }
        prop_assert_eq!(paged, scan);
    }

    #[test]
    fn counters_count(tenant in tenant()) {
        let users = tenant.objects().filter(|(_, it)| it.is_live() && it.kind.is_user()).count();
        prop_assert_eq!(tenant.user_count(), users as u64);
    }
}
