//! Mappings: other layouts, their errors by place, joins, expressions.

use dearly_import::{Book, Error, Mapping, Problem};

use crate::support::{Folder, Imported, Store, import, told};

fn parse(text: &str) -> Mapping {
    Mapping::parse("m.yaml", text).unwrap_or_else(|problems| panic!("{problems:#?}"))
}

fn problems(text: &str) -> Vec<String> {
    Mapping::parse("m.yaml", text).unwrap_err().iter().map(Problem::to_string).collect()
}

fn cells(imported: &Imported) -> Vec<String> {
    let cell = |cell: &Option<dearly_domain::Cell>| cell.as_ref().map_or("-".to_owned(), ToString::to_string);
    imported.rows.iter().map(|row| row.cells.iter().map(cell).collect::<Vec<_>>().join("|")).collect()
}

const CRM: &str = "
kind: mapping
id: crm
sources:
  companies: companies.csv
  contacts: { file: contacts.csv, delimiter: \";\" }
book:
  accounts:
    from: companies
    where: status != \"lead\"
    columns:
      external_id: { text: \"{region}/{id}\" }
      name: Company Name
      segment: { column: size, values: { S: smb, L: enterprise }, default: mid_market }
      tier: { expression: \"int(number(score) / 10.0)\" }
      customer_since: { column: since, format: [\"%d.%m.%Y\", \"%Y%m%d\"] }
      stage: { constant: value }
    attributes: true
    empty: keep
  people:
    - from: contacts
      join: { source: companies, on: { company: id }, as: firm }
      columns:
        external_id: mail
        account: { text: \"{firm.region}/{firm.id}\" }
        email: mail
        name: { expression: \"first + ' ' + firm['Company Name']\" }
    - from: companies
      columns:
        external_id: { text: \"{id}-owner\" }
        account: { text: \"{region}/{id}\" }
        roles: { expression: \"['champion', 'admin']\" }
";

#[test]
fn tables_of_another_layout_become_a_book() {
    let folder = Folder::new(&[
        (
            "companies.csv",
            "id,region,Company Name,size,score,since,status\n\
             1,eu,Acme,S,31,22.11.2025,customer\n\
             2,us,Beta,,9,20260101,customer\n\
             3,us,Gamma,L,,,lead\n\
             4,us,Delta,L,x,,customer\n\
             5,us,Eps,L,20,tomorrow,customer\n",
        ),
        ("contacts.csv", "mail;first;company\nann@acme;Ann;1\nbob@none;Bob;77\n"),
    ]);
    let all = import(folder.path(), Some(&parse(CRM)), &mut Store::default());
    let accounts = &all["accounts"];
    assert_eq!(
        cells(accounts),
        ["eu/1|Acme|-|smb|3|-|-|value|-|2025-11-22|-", "us/2|Beta|-|mid_market|0|-|-|value|-|2026-01-01|-"]
            .map(str::to_owned)[..1]
    );
    assert_eq!(
        accounts.rejects.iter().map(told).collect::<Vec<_>>(),
        [
            "3: tier: 0 is less than 1",
            "5: tier: \"int(number(score) / 10.0)\" fails: Error executing function 'number': \"x\" is not a number",
            "6: customer_since: \"tomorrow\" is not of the form %d.%m.%Y or %Y%m%d",
        ]
    );
    assert_eq!(
        accounts.rejects[1].raw,
        ["4", "us", "Delta", "L", "x", "", "customer"],
        "the row of the source"
    );
    assert_eq!(accounts.rows[0].attributes.keys().collect::<Vec<_>>(), ["id", "score", "status"]);
    assert!(accounts.report.notes.contains(&"1 rows of companies.csv were left out by where".to_owned()));
    let people = &all["people"];
    assert_eq!(
        cells(people),
        ["ann@acme|eu/1|Ann Acme|ann@acme|-|-|-|-|-", "1-owner|eu/1|-|-|-|champion;admin|-|-|-"]
    );
    assert_eq!(
        people.rejects.iter().map(|reject| format!("{} {}", reject.source, told(reject))).collect::<Vec<_>>(),
        [
            "contacts.csv 3: account: is empty and required",
            "companies.csv 3: account: account \"us/2\" does not exist",
            "companies.csv 4: account: account \"us/3\" does not exist",
            "companies.csv 5: account: account \"us/4\" does not exist",
            "companies.csv 6: account: account \"us/5\" does not exist",
        ]
    );
}

#[test]
fn a_join_with_several_rows_must_say_which() {
    let mapping = |join: &str| {
        parse(&format!(
            "kind: mapping\nid: m\nsources: {{ a: a.csv, s: s.csv }}\nbook:\n  accounts:\n    from: a\n    \
             join: {{ source: s, on: {{ id: account }}{join} }}\n    \
             columns: {{ external_id: id, name: id, customer_since: s.start, region: s.plan }}\n"
        ))
    };
    let folder = Folder::new(&[
        ("a.csv", "id\n1\n2\n3\n"),
        (
            "s.csv",
            "account,start,plan\n1,2026-03-01,c\n1,2026-01-01,a\n1,2026-02-01,b\n2,2026-05-01,x\n2,2026-05-01,y\n",
        ),
    ]);
    for (join, rows, rejects) in [
        ("", vec!["3 "], vec!["3 rows of s.csv have account \"1\"; say which with take", "2 rows of s.csv"]),
        (
            ", take: { first: start }",
            vec!["1 2026-01-01", "3 "],
            vec!["2 rows of s.csv have account \"2\", also by take"],
        ),
        (", take: { last: start }", vec!["1 2026-03-01", "3 "], vec!["2 rows of s.csv"]),
        (", where: plan != 'y', take: { last: plan }", vec!["1 2026-03-01", "2 2026-05-01", "3 "], vec![]),
    ] {
        let all = import(folder.path(), Some(&mapping(join)), &mut Store::default());
        let accounts = &all["accounts"];
        let found: Vec<String> = accounts
            .rows
            .iter()
            .map(|row| format!("{} {}", row.key, row.cells[9].clone().unwrap()))
            .collect();
        assert_eq!(found, rows, "{join}");
        assert_eq!(accounts.rejects.len(), rejects.len(), "{join}");
        for (reject, reason) in accounts.rejects.iter().zip(rejects) {
            assert!(reject.reason.starts_with(reason), "{join}: {}", reject.reason);
        }
    }
}

#[test]
fn every_error_of_a_mapping_is_told_with_its_place() {
    assert_eq!(
        problems(
            "kind: maping\n\
             sources:\n  accounts: a.csv\n\
             book:\n  acounts:\n    from: accounts\n  people:\n    form: accounts\n    from: account\n    columns:\n      \
             external_id: id\n      emial: mail\n      name: { colunm: x }\n      title: { expression: \"1 +\" }\n"
        ),
        [
            "m.yaml:1:1: a mapping needs id",
            "m.yaml:1:7: kind is \"maping\", expected mapping",
            "m.yaml:5:3: \"acounts\" is not a file of the book (did you mean accounts?); expected one of accounts, people, subscriptions, steps, licences, activities, tickets, surveys, invoices, plans, objectives, initiatives, escalations, judgements, events",
            "m.yaml:8:5: a block has no \"form\" (did you mean from?); it has from, join, where, columns, attributes, empty",
            "m.yaml:8:5: columns lack account, which people require",
            "m.yaml:9:11: there is no source \"account\" (did you mean accounts?); the sources are accounts",
            "m.yaml:12:7: people has no column \"emial\" (did you mean email?); it has external_id, account, name, email, title, roles, influence, since, until, recorded_at",
            "m.yaml:13:13: a column is made of one of column, constant, text, expression, found 0",
            "m.yaml:13:15: a column has no \"colunm\" (did you mean column?); it has column, constant, text, expression, values, default, format",
            "m.yaml:14:28: \"1 +\" is not a CEL expression: ERROR: <input>:1:4: Syntax error: mismatched input '<EOF>' expecting {'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}",
        ]
    );
    assert_eq!(
        problems(""),
        ["m.yaml:1:1: the file is empty; expected a mapping with kind, id, sources and book"]
    );
    assert!(problems("a: [1\n")[0].contains(": not valid YAML: "), "{:?}", problems("a: [1\n"));
    let repeated = problems("kind: mapping\nkind: mapping\n");
    assert!(
        repeated.iter().any(|problem| problem == "m.yaml:2:1: \"kind\" stands here twice, first in line 1"),
        "{repeated:?}"
    );
}

#[test]
fn a_mapping_that_does_not_fit_the_files_is_refused_whole() {
    let mapping = "kind: mapping\nid: m\nsources:\n  a: a.csv\nbook:\n  accounts:\n    from: a\n    where: sise > 1\n    \
                   columns:\n      external_id: idd\n      name: { expression: nam + plural(name) }\n      \
                   region: { text: \"{contry}\" }\n      stage: { expression: \"plural(name)\" }\n";
    let folder = Folder::new(&[("a.csv", "id,name,size,country\n1,x,1,DE\n")]);
    let error = |path: &std::path::Path, text: &str| match Book::open(path, Some(&parse(text))) {
        Err(Error::Mapping(problems)) => problems.iter().map(Problem::to_string).collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    assert_eq!(
        error(folder.path(), mapping),
        [
            "m.yaml:8:12: \"sise > 1\": there is no column sise (did you mean size?)",
            "m.yaml:10:20: there is no column \"idd\" (did you mean id?); the source has id, name, size, country",
            "m.yaml:11:27: \"nam + plural(name)\": there is no column nam (did you mean name?)",
            "m.yaml:12:23: there is no column \"contry\" (did you mean country?); the source has id, name, size, country",
            "m.yaml:13:28: \"plural(name)\": there is no function plural",
        ]
    );
    let twice =
        mapping.replace("    where: sise > 1\n", "    join: { source: a, on: { id: id }, as: size }\n");
    let found = error(folder.path(), &twice);
    assert_eq!(found[0], "m.yaml:8:44: \"size\" is a column too; name the joined table otherwise with as");
    let missing = mapping.replace("a.csv", "b.csv.gz");
    let found = error(folder.path(), &missing);
    assert!(found[0].starts_with("m.yaml:4:6: there is no file \"b.csv.gz\" in "), "{found:?}");
    assert!(error(folder.path(), &mapping.replace("a.csv", "../a.csv"))[0].contains("without a path"));
}

#[test]
fn helpers_of_expressions_compute_with_dates() {
    let text = "kind: mapping\nid: m\nsources: { a: a.csv }\nbook:\n  tickets:\n    from: a\n    columns:\n      external_id: id\n      \
                account: { constant: a1 }\n      severity: { constant: 2 }\n      opened_at: { expression: 'instant(day)' }\n      \
                first_response_at: { expression: 'instant(day) + minutes(wait)' }\n      \
                due_at: { expression: 'month_end(day)' }\n      resolved_at: { expression: 'plus_months(day, 1)' }\n      \
                category: { expression: 'coalesce(kind, \"other\")' }\n      subject: { expression: 'row[\"Sub ject\"].upperAscii()' }\n";
    let folder =
        Folder::new(&[("a.csv", "id,day,wait,kind,Sub ject\n1,2024-01-31,90,,late\n2,2024-01-31,,bug,x\n")]);
    let mut store = Store::default();
    store.keys.entry("accounts".to_owned()).or_default().insert("a1".to_owned());
    let all = import(folder.path(), Some(&parse(text)), &mut store);
    assert_eq!(
        cells(&all["tickets"]),
        [
            "1|a1|2|2024-01-31T00:00:00Z|-|2024-01-31T01:30:00Z|2024-02-29T00:00:00Z|2024-01-31T00:00:00Z|other|LATE"
        ]
    );
    let reason = &all["tickets"].rejects[0];
    assert_eq!((reason.line, reason.column.as_deref()), (3, Some("first_response_at")));
    assert!(reason.reason.contains("guard it"), "{}", reason.reason);
}
