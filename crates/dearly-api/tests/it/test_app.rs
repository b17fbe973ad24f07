//! The routes over a small book of four accounts, with every answer checked against `openapi.json`.

use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request};
use axum::response::Response;
use dearly_app::App;
use dearly_app::import::ImportRequest;
use dearly_app::ingest::{Disk, Door, IngestOptions, Ingestion, RealDisk};
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt;

/// The files of the book: its last fact is of 2025-06-28.
const BOOK: [(&str, &str); 11] = [
    (
        "accounts.csv",
        "external_id,name,segment,tier,industry,region,stage,csm,customer_since,churned_on,contract\n\
         acme,Acme Corporation,enterprise,1,\"Banking, Insurance\",EMEA,adoption,ann@vendor.example,2023-01-01,,17\n\
         globex,=Globex,smb,3,Retail,AMER,onboarding,bob@vendor.example,2024-01-01,,\n\
         hooli,Hooli,smb,,Software,AMER,,bob@vendor.example,,,\n\
         initech,Initech,smb,3,Software,AMER,,bob@vendor.example,2023-03-01,2025-03-01,\n",
    ),
    (
        "people.csv",
        "external_id,account,name,email,title,roles,influence,since,until\n\
         carol,acme,Carol Diaz,carol@acme.example,Head of operations,champion;admin,3,2023-01-01,\n\
         eve,acme,Eve Roy,eve@acme.example,CFO,executive_sponsor;economic_buyer,3,2023-01-01,\n\
         gus,globex,Gus Ito,gus@globex.example,,champion,2,2024-01-01,2025-06-10\n",
    ),
    (
        "subscriptions.csv",
        "external_id,account,product,starts_on,ends_on,arr,currency,quantity,unit\n\
         acme-1,acme,core,2024-01-01,2025-01-01,100000,EUR,50,seats\n\
         acme-2,acme,core,2025-01-01,2026-01-01,120000,EUR,50,seats\n\
         globex-1,globex,core,2024-01-01,2025-01-01,12000,EUR,5,seats\n\
         globex-2,globex,core,2025-01-01,2026-01-01,9000,EUR,5,seats\n\
         initech-1,initech,core,2024-03-01,2025-03-01,24000,EUR,10,seats\n",
    ),
    (
        "licences.csv",
        "account,product,on,assigned,activated\n\
         acme,core,2025-06-01,48,40\n\
         globex,core,2025-06-01,5,2\n",
    ),
    (
        "events.csv",
        "at,account,event,user,product\n\
         2025-05-02T09:00:00Z,acme,report,carol@acme.example,core\n\
         2025-06-02T09:00:00Z,acme,report,carol@acme.example,core\n\
         2025-06-09T09:00:00Z,acme,report,carol@acme.example,core\n\
         2025-06-16T09:00:00Z,acme,export,u7,core\n\
         2025-06-23T09:00:00Z,acme,report,carol@acme.example,core\n\
         2025-06-28T09:00:00Z,acme,report,u7,core\n",
    ),
    (
        "activities.csv",
        "external_id,account,type,at,people,owner,direction,subject\n\
         a1,acme,call,2025-06-10T10:00:00Z,carol,ann@vendor.example,two_way,Monthly call\n\
         a2,acme,business_review,2025-05-01T10:00:00Z,carol;eve,ann@vendor.example,two_way,Second quarter\n\
         a3,globex,email,2025-04-01T10:00:00Z,gus,bob@vendor.example,outbound,Hello\n",
    ),
    (
        "tickets.csv",
        "external_id,account,severity,opened_at,person,first_response_at,resolved_at,due_at,category,subject\n\
         t1,acme,2,2025-06-20T08:00:00Z,carol,2025-06-20T09:00:00Z,,2025-06-25T08:00:00Z,defect,Export is empty\n\
         t2,acme,3,2025-03-01T08:00:00Z,eve,2025-03-01T09:00:00Z,2025-03-03T08:00:00Z,,question,How to share\n",
    ),
    (
        "surveys.csv",
        "external_id,account,kind,score,at,person\n\
         c1,acme,csat,5,2025-06-05T00:00:00Z,carol\n\
         n1,acme,nps,9,2025-04-01T00:00:00Z,carol\n",
    ),
    (
        "invoices.csv",
        "external_id,account,amount,currency,issued_on,due_on,paid_on\n\
         i1,acme,60000,EUR,2025-01-01,2025-01-31,2025-01-20\n\
         i2,acme,60000.50,EUR,2025-05-01,2025-05-31,\n",
    ),
    (
        "plans.csv",
        "external_id,account,name,created_on,accepted_on,accepted_by\n\
         pl1,acme,Faster closing,2025-01-10,2025-01-20,eve\n",
    ),
    (
        "objectives.csv",
        "external_id,plan,name,metric,baseline,target,value,due_on,completed_on,verified_on,verified_by\n\
         o1,pl1,Close in three days,days to close,10,3,3,2025-05-01,2025-04-20,2025-04-28,eve\n",
    ),
];

/// Values that differ from run to run.
const VOLATILE: [&str; 10] = [
    "applied_at",
    "code_version",
    "finished_at",
    "import",
    "import_id",
    "made_at",
    "rejects",
    "request_id",
    "started_at",
    "today",
];

/// The routes over a book.
pub(crate) struct TestApp {
    router: Router,
    /// The door for telemetry, where the test has opened it.
    pub(crate) ingestion: Option<Arc<Ingestion>>,
    pub(crate) app: App,
    api: Value,
    /// Goes with the test.
    folder: TempDir,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    /// JSON, else a text.
    pub(crate) sent: Value,
}

/// The longest line of a snapshot.
const LINE: usize = 110;

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("headers are text"))
    }

    pub(crate) fn text(&self) -> &str {
        self.sent.as_str().expect("a text")
    }

    /// Status and JSON for a snapshot: what is volatile is blotted out, what fits a line stands on one.
    pub(crate) fn show(&self) -> String {
        let mut body = self.sent.clone();
        blot(&mut body);
        let mut text = format!("{}\n", self.status);
        lay_out(&body, 0, &mut text);
        text
    }
}

impl TestApp {
    /// Over the small book.
    pub(crate) async fn new() -> TestApp {
        let app = TestApp::open().await;
        let book = tempfile::tempdir().unwrap();
        for (name, text) in BOOK {
            std::fs::write(book.path().join(name), text).unwrap();
        }
        let request = ImportRequest {
            path: book.path().to_owned(),
            source: Some("the small book".to_owned()),
            ..ImportRequest::default()
        };
        let imported = app.0.import(&request, None).await.unwrap();
        assert!(imported.report.is_clean(), "{:#?}", imported.report);
        TestApp::over(app)
    }

    /// Over no book at all.
    pub(crate) async fn empty() -> TestApp {
        TestApp::over(TestApp::open().await)
    }

    async fn open() -> (App, TempDir) {
        let folder = tempfile::tempdir().unwrap();
        (App::open(&data(&folder), None).await.unwrap(), folder)
    }

    fn over((app, folder): (App, TempDir)) -> TestApp {
        let api = serde_json::from_str(&dearly_api::openapi()).unwrap();
        TestApp {
            router: dearly_api::router(app.clone(), Door::default()),
            ingestion: None,
            app,
            api,
            folder,
        }
    }

    /// With the door for telemetry open.
    pub(crate) async fn taking(options: IngestOptions) -> TestApp {
        TestApp::new().await.open_door(Arc::new(RealDisk), options).await
    }

    /// The same with the door for telemetry open, its log on this disk. One that was open before must be stopped.
    pub(crate) async fn open_door(self, disk: Arc<dyn Disk>, options: IngestOptions) -> TestApp {
        let TestApp { router, ingestion, app, api, folder } = self;
        drop((router, ingestion));
        let ingestion = app.start_ingestion_on(disk, options).await.unwrap();
        let door = Door::default();
        door.open(Arc::clone(&ingestion));
        let router = dearly_api::router(app.clone(), door);
        TestApp { router, ingestion: Some(ingestion), app, api, folder }
    }

    /// The data folder.
    pub(crate) fn folder(&self) -> PathBuf {
        data(&self.folder)
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn post(&self, path: &str, kind: &str, body: impl Into<Body>) -> Answer {
        self.send(Request::post(path).header("content-type", kind).body(body.into()).unwrap()).await
    }

    pub(crate) async fn post_json(&self, path: &str, body: &Value) -> Answer {
        self.post(path, "application/json", body.to_string()).await
    }

    /// Sends it from this machine, where it does not say from where.
    pub(crate) async fn raw(&self, mut request: Request<Body>) -> Response {
        request.headers_mut().entry("host").or_insert("localhost:7700".parse().unwrap());
        self.router.clone().oneshot(request).await.unwrap()
    }

    /// Sends it and reads the answer.
    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        let (parts, body) = self.raw(request).await.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        let kind = parts.headers.get("content-type").map_or("", |kind| kind.to_str().unwrap());
        let sent = match kind {
            "application/json" | "application/problem+json" => serde_json::from_slice(&bytes).unwrap(),
            _ => Value::String(String::from_utf8_lossy(&bytes).into_owned()),
        };
        self.check(&method, &path, parts.status.as_u16(), kind, &sent);
        Answer { status: parts.status.as_u16(), headers: parts.headers, sent }
    }

    /// Fails where the answer is not one that the description of the API has.
    fn check(&self, method: &Method, path: &str, status: u16, kind: &str, body: &Value) {
        let paths = self.api["paths"].as_object().unwrap();
        let fits = |template: &str| {
            let (own, parts): (Vec<&str>, Vec<&str>) =
                (template.split('/').collect(), path.split('/').collect());
            own.len() == parts.len()
                && own.iter().zip(&parts).all(|(own, part)| own.starts_with('{') || own == part)
        };
        let Some((_, item)) = paths
            .iter()
            .find(|(template, _)| *template == path)
            .or_else(|| paths.iter().find(|(template, _)| fits(template)))
        else {
            return;
        };
        let Some(operation) = item.get(method.as_str().to_lowercase()) else {
            return;
        };
        let id = operation["operationId"].as_str().unwrap();
        let response = operation["responses"].get(status.to_string());
        let response =
            response.unwrap_or_else(|| panic!("{id} does not say that it answers {status}: {body}"));
        let kind = kind.split(';').next().unwrap();
        let content = response["content"].get(kind);
        let content =
            content.unwrap_or_else(|| panic!("{id} does not say that it answers {status} with {kind}"));
        let mut schema = content["schema"].clone();
        schema["components"] = self.api["components"].clone();
        let validator = jsonschema::draft202012::new(&schema).unwrap();
        let wrong: Vec<String> =
            validator.iter_errors(body).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(wrong.is_empty(), "{id} answers otherwise than it says: {wrong:#?}\n{body:#}");
    }
}

fn data(folder: &TempDir) -> PathBuf {
    folder.path().join("data")
}

fn lay_out(value: &Value, indent: usize, text: &mut String) {
    let line = value.to_string();
    let is_nested = |value: &Value| value.is_array() || value.is_object();
    let has_nested = value.as_array().is_none_or(|members| members.iter().any(is_nested));
    if indent + line.len() <= LINE || !is_nested(value) || !has_nested {
        return text.push_str(&line);
    }
    let pad = " ".repeat(indent + 2);
    let members: Vec<(String, &Value)> = match value {
        Value::Object(members) => {
            members.iter().map(|(name, member)| (format!("{}: ", json!(name)), member)).collect()
        }
        other => other.as_array().into_iter().flatten().map(|member| (String::new(), member)).collect(),
    };
    let (open, close) = if value.is_object() { ('{', '}') } else { ('[', ']') };
    text.push(open);
    for (place, (name, member)) in members.iter().enumerate() {
        text.push_str(if place == 0 { "\n" } else { ",\n" });
        text.push_str(&pad);
        text.push_str(name);
        lay_out(member, indent + 2, text);
    }
    text.push_str(&format!("\n{}{close}", " ".repeat(indent)));
}

fn blot(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                if VOLATILE.contains(&name.as_str()) && member.is_string() {
                    *member = json!("…");
                } else {
                    blot(member);
                }
            }
        }
        Value::Array(members) => members.iter_mut().for_each(blot),
        _ => {}
    }
}
