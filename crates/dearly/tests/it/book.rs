//! A small book by hand: two customers, a row or more in every file. No cell holds a comma or a quote.

use std::fmt::Write;

use serde_json::{Map, Value};

/// The files with their texts, as CSV.
pub(crate) fn files() -> Vec<(String, String)> {
    let events = events();
    FILES
        .iter()
        .copied()
        .chain([("events", events.as_str())])
        .map(|(name, text)| (format!("{name}.csv"), text.to_owned()))
        .collect()
}

/// The same as JSON Lines: numbers as numbers, empty cells as null.
pub(crate) fn json_lines() -> Vec<(String, String)> {
    let convert = |text: String| {
        let mut lines = text.lines();
        let header: Vec<&str> = lines.next().unwrap().split(',').collect();
        let row = |line: &str| {
            let cells = line.split(',').map(|cell| match cell.parse::<i64>() {
                Ok(number) => Value::from(number),
                Err(_) if cell.is_empty() => Value::Null,
                Err(_) => Value::from(cell),
            });
            let row: Map<String, Value> = header.iter().map(|name| (*name).to_owned()).zip(cells).collect();
            Value::from(row).to_string() + "\n"
        };
        lines.map(row).collect::<String>()
    };
    files().into_iter().map(|(name, text)| (name.replace(".csv", ".jsonl"), convert(text))).collect()
}

/// The same with the rows of every file the other way round.
pub(crate) fn reversed() -> Vec<(String, String)> {
    let reverse = |text: String| {
        let (header, rows) = text.split_once('\n').unwrap();
        let rows: Vec<&str> = rows.lines().rev().collect();
        format!("{header}\n{}\n", rows.join("\n"))
    };
    files().into_iter().map(|(name, text)| (name, reverse(text))).collect()
}

/// The features and the workflow of the book, for `features.yaml`.
pub(crate) const FEATURES: &str = "\
kind: features
sticky: [report_shared]
workflows: { report: { steps: [login, report_shared], within: 7d } }
";

/// The set-up steps of the book, for `setup.yaml`.
pub(crate) const SETUP: &str = "\
kind: setup
products: { core: [{ step: single_sign_on, basic: true }, team_trained] }
";

const FILES: [(&str, &str); 14] = [
    (
        "accounts",
        "\
external_id,name,segment,tier,csm,customer_since,arr_band
acme,Acme Machinery,enterprise,1,lee@example.com,2025-01-15,high
beta,Beta Foods,smb,2,kim@example.com,2025-03-01,low
",
    ),
    (
        "people",
        "\
external_id,account,name,email,roles,influence
p1,acme,Ada Berg,ada@acme.example,champion;admin,3
p2,acme,Hal Ito,hal@acme.example,executive_sponsor,2
p3,beta,Bo Cole,bo@beta.example,champion,2
",
    ),
    (
        "subscriptions",
        "\
external_id,account,product,starts_on,ends_on,arr,currency,quantity,unit
s1,acme,core,2025-01-15,2026-01-15,26400,EUR,44,seats
s2,beta,core,2025-03-01,2026-03-01,12000.50,EUR,10,seats
",
    ),
    (
        "steps",
        "\
account,product,step,done_on
acme,core,single_sign_on,2025-02-03
acme,core,team_trained,2025-02-20
beta,core,single_sign_on,2025-03-10
",
    ),
    (
        "licences",
        "\
account,product,on,assigned,activated
acme,core,2025-05-31,40,36
acme,core,2025-06-30,44,38
beta,core,2025-06-30,10,9
",
    ),
    (
        "activities",
        "\
external_id,account,type,at,people,owner,direction
m1,acme,business_review,2025-06-10T09:00:00Z,p1;p2,lee@example.com,two_way
m2,beta,call,2025-06-12T09:00:00Z,p3,kim@example.com,
",
    ),
    (
        "tickets",
        "\
external_id,account,severity,opened_at,person,resolved_at,due_at,category
t1,acme,2,2025-06-20T14:05:00Z,p2,,2025-06-22T14:05:00Z,bug
t2,beta,3,2025-06-01T10:00:00Z,p3,2025-06-02T10:00:00Z,,question
",
    ),
    (
        "surveys",
        "\
external_id,account,kind,score,at,person
n1,acme,nps,9,2025-05-20T11:00:00Z,p1
n2,beta,csat,4,2025-06-02T11:00:00Z,p3
",
    ),
    (
        "invoices",
        "\
external_id,account,amount,currency,issued_on,due_on,paid_on
i1,acme,26400,EUR,2025-01-15,2025-02-14,2025-02-10
",
    ),
    (
        "plans",
        "\
external_id,account,name,created_on,accepted_on,accepted_by
pl1,acme,Planning in a day,2025-02-01,2025-02-20,p1
",
    ),
    (
        "objectives",
        "\
external_id,plan,name,due_on,completed_on,verified_on,verified_by
o1,pl1,Close in a day,2025-05-31,2025-05-20,2025-06-05,p1
o2,pl1,Forecast each week,2025-06-15,,,
",
    ),
    (
        "initiatives",
        "\
external_id,objective,name,owner,side,done_on
in1,o1,Connect the ledger,p2,customer,2025-05-01
",
    ),
    (
        "escalations",
        "\
external_id,account,severity,reason,opened_at
e1,acme,low,bugs,2025-06-21T08:00:00Z
",
    ),
    (
        "judgements",
        "\
account,by,on,rating,reason
acme,lee@example.com,2025-06-15,4,Good start
",
    ),
];

/// Logins and shared reports of May and June; two rows are equal, which makes two events.
fn events() -> String {
    let mut text = "at,account,event,user,product,screen\n".to_owned();
    let mut add = |day: String, hour: u32, account: &str, event: &str, user: &str| {
        writeln!(text, "{day}T{hour:02}:00:00Z,{account},{event},{user},core,wide").unwrap();
    };
    for day in 1..=30 {
        let days = [format!("2025-05-{day:02}"), format!("2025-06-{day:02}")];
        for on in days {
            if day % 2 == 0 {
                add(on.clone(), 8, "acme", "login", "ada@acme.example");
                add(on.clone(), 9, "acme", "report_shared", "ada@acme.example");
            }
            if day % 6 == 0 {
                add(on.clone(), 8, "acme", "login", "hal@acme.example");
            }
            if day % 5 == 0 {
                add(on, 7, "beta", "login", "bo@beta.example");
            }
        }
    }
    add("2025-06-30".to_owned(), 7, "beta", "login", "bo@beta.example");
    text
}
