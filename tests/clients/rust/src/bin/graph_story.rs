//! graph-rs-sdk. Its sign-in knows Microsoft's own authorities only, so that the token is asked
//! for without it; the feature `test-util` lets it use a server of one's own over HTTP.

use std::collections::BTreeSet;
use std::error::Error;

use client_stories::{expect, step, told};
use graph_rs_sdk::http::Url;
use graph_rs_sdk::{Graph, GraphClientConfiguration, GraphFailure, ODataQuery};
use reqwest::Response;
use serde_json::{Value, json};

type Done = Result<(), Box<dyn Error>>;

const ANCHOR: &str = "Oywdb1lKh06bDB0uP0BRYg==";

async fn token(graph: &str) -> Result<String, Box<dyn Error>> {
    let address = format!("{graph}/{}/oauth2/v2.0/token", told("TENANT_ID"));
    let form = [
        ("grant_type", "client_credentials".to_owned()),
        ("client_id", told("CLIENT_ID")),
        ("client_secret", told("CLIENT_SECRET")),
        ("scope", "https://graph.microsoft.com/.default".to_owned()),
    ];
    let answer = reqwest::Client::new()
        .post(address)
        .form(&form)
        .send()
        .await?;
    let body: Value = answer.json().await?;
    let token = body["access_token"].as_str();
    Ok(token.ok_or_else(|| body.to_string())?.to_owned())
}

fn client(graph: &str, token: &str) -> Result<Graph, Box<dyn Error>> {
    let configuration = GraphClientConfiguration::new()
        .access_token(token)
        .https_only(false)
        .wait_for_retry_after_headers(true);
    let mut client = Graph::from(configuration);
    client.use_test_endpoint(&Url::parse(&format!("{graph}/v1.0"))?);
    Ok(client)
}

async fn body(answer: Result<Response, GraphFailure>) -> Result<Value, Box<dyn Error>> {
    let answer = answer?;
    expect(answer.status().is_success(), answer.status())?;
    Ok(answer.json().await?)
}

fn ids_in_order(body: &Value) -> Vec<String> {
    let all = body["value"].as_array().into_iter().flatten();
    all.filter_map(|one| one["id"].as_str())
        .map(str::to_owned)
        .collect()
}

fn ids(body: &Value) -> BTreeSet<String> {
    ids_in_order(body).into_iter().collect()
}

async fn first(client: &Graph) -> Done {
    let found = body(client.organizations().list_organization().send().await).await?;
    expect(found["value"].is_array(), &found)
}

async fn find(client: &Graph, keep: &str, double: &str) -> Done {
    let request = client.users().list_user();
    let request = request
        .filter(&["displayName eq 'Dana Double'"])
        .select(&["id"]);
    let found = ids(&body(request.send().await).await?);
    expect(
        found == BTreeSet::from([keep.to_owned(), double.to_owned()]),
        format!("{found:?}"),
    )
}

async fn page(client: &Graph) -> Done {
    let request = client.users().list_user().top("100").select(&["id"]);
    let pages = request.paging().json::<Value>().await?;
    let mut all = Vec::new();
    for page in pages {
        let page = page.body().as_ref();
        all.extend(ids_in_order(page.map_err(|error| format!("{error:?}"))?));
    }
    is_everybody(&all)
}

/// Whether each of the 252 users is there once.
fn is_everybody(all: &[String]) -> Done {
    let distinct: BTreeSet<&String> = all.iter().collect();
    expect(distinct.len() == 252 && all.len() == 252, all.len())
}

async fn delta(client: &Graph, keep: &str) -> Done {
    let link = |body: &Value, name: &str, option: &str| {
        let link = body[name].as_str()?;
        Some(link.split_once(&format!("{option}="))?.1.to_owned())
    };
    let first = client.users().delta().select(&["id", "jobTitle"]);
    let mut round = body(first.send().await).await?;
    let mut all = ids_in_order(&round);
    while let Some(token) = link(&round, "@odata.nextLink", "$skiptoken") {
        let next = client
            .users()
            .delta()
            .append_query_pair("$skiptoken", &token);
        round = body(next.send().await).await?;
        all.extend(ids_in_order(&round));
    }
    is_everybody(&all)?;
    let token = link(&round, "@odata.deltaLink", "$deltatoken").ok_or("no link")?;
    let change = client
        .user(keep)
        .update_user(&json!({ "jobTitle": "Baker" }));
    expect(change.send().await?.status() == 204, "no change")?;
    let next = client
        .users()
        .delta()
        .append_query_pair("$deltatoken", &token);
    let told = body(next.send().await).await?;
    let change = json!([{ "id": keep, "jobTitle": "Baker" }]);
    expect(told["value"] == change, &told)
}

/// The statuses of a batch by the ids of its requests.
async fn statuses(client: &Graph, requests: Value) -> Result<Value, Box<dyn Error>> {
    let requests = json!({ "requests": requests });
    let answer = body(client.batch(&requests).send().await).await?;
    let all = answer["responses"].as_array().into_iter().flatten();
    let all = all.map(|one| {
        let id = one["id"].as_str().unwrap_or_default().to_owned();
        (id, one["status"].clone())
    });
    Ok(Value::Object(all.collect()))
}

async fn batch(client: &Graph) -> Done {
    let requests = json!([
        { "id": "1", "method": "GET", "url": "/organization" },
        { "id": "2", "method": "GET", "url": "/users/nobody" },
    ]);
    let all = statuses(client, requests).await?;
    expect(all == json!({ "1": 200, "2": 404 }), &all)
}

async fn batch_depends(client: &Graph) -> Done {
    let requests = json!([
        { "id": "1", "method": "GET", "url": "/organization" },
        { "id": "2", "method": "GET", "url": "/organization", "dependsOn": ["1"] },
        { "id": "3", "method": "GET", "url": "/users/nobody" },
        { "id": "4", "method": "GET", "url": "/organization", "dependsOn": ["3"] },
    ]);
    let all = statuses(client, requests).await?;
    expect(
        all == json!({ "1": 200, "2": 200, "3": 404, "4": 424 }),
        &all,
    )
}

/// The second of the day at which the server refused something, by its own clock.
async fn refused_at(client: &Graph, group: &str) -> Result<i64, Box<dyn Error>> {
    let answer = client.group(group).get_group().send().await?;
    expect(answer.status() == 404, answer.status())?;
    let body: Value = answer.json().await?;
    let date = body["error"]["innerError"]["date"].as_str();
    let time = date
        .and_then(|date| date.split('T').nth(1))
        .unwrap_or_default();
    let parts = time.split(':').map(str::parse::<i64>);
    let parts = parts.collect::<Result<Vec<_>, _>>()?;
    let [hours, minutes, seconds] = parts[..] else {
        return Err(body.to_string().into());
    };
    Ok((hours * 60 + minutes) * 60 + seconds)
}

async fn throttled(client: &Graph) -> Done {
    let before = refused_at(client, "55555555-0000-4000-8000-000000000000").await?;
    // The first answer is a 429 that says how long to wait; only then comes the 404.
    let after = refused_at(client, "44444444-0000-4000-8000-000000000000").await?;
    let waited = (after - before).rem_euclid(24 * 60 * 60);
    let wanted: i64 = told("RETRY_AFTER").parse()?;
    expect((wanted..60).contains(&waited), format!("{waited} s"))
}

async fn refused(client: &Graph, double: &str) -> Done {
    let change = json!({ "onPremisesImmutableId": ANCHOR });
    let answer = client.user(double).update_user(&change).send().await?;
    expect(answer.status() == 400, answer.status())?;
    let body: Value = answer.json().await?;
    let code = &body["error"]["code"];
    expect(code == "Request_BadRequest", &body)
}

/// Who is in the recycle bin.
async fn deleted(client: &Graph) -> Result<BTreeSet<String>, Box<dyn Error>> {
    let bin = client
        .directory()
        .deleted_items()
        .get_directory_object_items_as_user_type();
    Ok(ids(&body(bin.send().await).await?))
}

async fn purge(client: &Graph, double: &str) -> Done {
    let gone = client.user(double).delete_user().send().await?;
    expect(gone.status() == 204, gone.status())?;
    let found = deleted(client).await?;
    expect(
        found == BTreeSet::from([double.to_owned()]),
        format!("{found:?}"),
    )?;
    let purge = client
        .directory()
        .deleted_item(double)
        .delete_deleted_items();
    expect(purge.send().await?.status() == 204, "not purged")?;
    let left = deleted(client).await?;
    expect(left.is_empty(), format!("{left:?}"))?;
    let again = client.user(double).get_user().send().await?;
    expect(again.status() == 404, again.status())
}

async fn anchor(client: &Graph, keep: &str) -> Done {
    let change = json!({ "onPremisesImmutableId": ANCHOR });
    client.user(keep).update_user(&change).send().await?;
    let request = client
        .user(keep)
        .get_user()
        .select(&["onPremisesImmutableId"]);
    let kept = body(request.send().await).await?;
    expect(kept["onPremisesImmutableId"] == ANCHOR, &kept)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Done {
    let (graph, keep, double) = (told("GRAPH_HTTP"), told("KEEP"), told("DOUBLE"));
    let client = client(&graph, &token(&graph).await?)?;
    step("token", first(&client).await);
    step("find", find(&client, &keep, &double).await);
    step("page", page(&client).await);
    step("delta", delta(&client, &keep).await);
    step("batch", batch(&client).await);
    step("batch-depends", batch_depends(&client).await);
    step("throttled", throttled(&client).await);
    step("refused", refused(&client, &double).await);
    step("purge", purge(&client, &double).await);
    step("anchor", anchor(&client, &keep).await);
    Ok(())
}
