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

fn ids(body: &Value) -> BTreeSet<String> {
    let all = body["value"].as_array().into_iter().flatten();
    all.filter_map(|one| one["id"].as_str())
        .map(str::to_owned)
        .collect()
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
        all.extend(ids(page
            .body()
            .as_ref()
            .map_err(|error| format!("{error:?}"))?));
    }
    let distinct: BTreeSet<&String> = all.iter().collect();
    expect(distinct.len() == 252 && all.len() == 252, all.len())
}

async fn delta(client: &Graph, keep: &str) -> Done {
    let link = |body: &Value, name: &str, option: &str| {
        let link = body[name].as_str()?;
        Some(link.split_once(&format!("{option}="))?.1.to_owned())
    };
    let mut round = body(client.users().delta().send().await).await?;
    while let Some(token) = link(&round, "@odata.nextLink", "$skiptoken") {
        let next = client
            .users()
            .delta()
            .append_query_pair("$skiptoken", &token);
        round = body(next.send().await).await?;
    }
    let token = link(&round, "@odata.deltaLink", "$deltatoken").ok_or("no link")?;
    let change = client
        .user(keep)
        .update_user(&json!({ "jobTitle": "Baker" }));
    expect(change.send().await?.status() == 204, "no change")?;
    let next = client
        .users()
        .delta()
        .append_query_pair("$deltatoken", &token);
    let told = ids(&body(next.send().await).await?);
    expect(
        told == BTreeSet::from([keep.to_owned()]),
        format!("{told:?}"),
    )
}

async fn batch(client: &Graph) -> Done {
    let requests = json!({ "requests": [
        { "id": "1", "method": "GET", "url": "/users?$top=1" },
        { "id": "2", "method": "GET", "url": "/organization", "dependsOn": ["1"] },
    ] });
    let answer = body(client.batch(&requests).send().await).await?;
    let all = answer["responses"].as_array().into_iter().flatten();
    expect(all.filter(|one| one["status"] == 200).count() == 2, &answer)
}

async fn throttled(client: &Graph) -> Done {
    // The first answer is a 429 that says how long to wait; only then comes the 404.
    let answer = client
        .group("44444444-0000-4000-8000-000000000000")
        .get_group()
        .send()
        .await?;
    expect(answer.status() == 404, answer.status())
}

async fn refused(client: &Graph, double: &str) -> Done {
    let change = json!({ "onPremisesImmutableId": ANCHOR });
    let answer = client.user(double).update_user(&change).send().await?;
    expect(answer.status() == 400, answer.status())
}

async fn purge(client: &Graph, double: &str) -> Done {
    client.user(double).delete_user().send().await?;
    let bin = client
        .directory()
        .deleted_items()
        .get_directory_object_items_as_user_type();
    let found = ids(&body(bin.send().await).await?);
    expect(found.contains(double), format!("{found:?}"))?;
    let purge = client
        .directory()
        .deleted_item(double)
        .delete_deleted_items();
    expect(purge.send().await?.status() == 204, "not purged")
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
    step("throttled", throttled(&client).await);
    step("refused", refused(&client, &double).await);
    step("purge", purge(&client, &double).await);
    step("anchor", anchor(&client, &keep).await);
    Ok(())
}
