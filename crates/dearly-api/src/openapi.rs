//! The description of the API, OpenAPI 3.1.

use std::sync::LazyLock;

use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use utoipa::openapi::path::{Operation, Parameter, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Ref, Type};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{
    ContentBuilder, HeaderBuilder, InfoBuilder, License, OpenApi, OpenApiBuilder, RefOr, ResponseBuilder,
    ServerBuilder,
};
use utoipa::{PartialSchema, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::ingest;
use crate::problem::{PROBLEM_JSON, ProblemDetails};
use crate::server::{self, Server};

/// What operations are about.
const TAGS: [(&str, &str); 11] = [
    ("book", "the book at a glance"),
    ("accounts", "the list of accounts"),
    ("account", "one account"),
    ("scores", "scores of many accounts on many days"),
    ("retention", "retention of a period"),
    ("insight", "what goes with renewal, and how surely"),
    ("query", "SQL over everything"),
    ("data", "imports and sources"),
    (ingest::TAG, "telemetry as Segment's and RudderStack's SDKs send it"),
    ("workbook", "what the scores are made by"),
    ("health", "whether the server lives"),
];

pub(crate) fn routes() -> OpenApiRouter<Server> {
    OpenApiRouter::new().routes(routes!(get_openapi))
}

/// This description.
#[utoipa::path(get, path = "/api/openapi.json", tag = "health", operation_id = "get_openapi",
    responses((status = 200, description = "OpenAPI 3.1", body = Object)))]
async fn get_openapi() -> Response {
    static TEXT: LazyLock<String> = LazyLock::new(openapi);
    ([(CONTENT_TYPE, "application/json")], TEXT.as_str()).into_response()
}

/// The description of the API as JSON, with a line end: what `web/openapi.json` holds.
pub fn openapi() -> String {
    let mut text = described().to_pretty_json().expect("a description is JSON");
    text.push('\n');
    text
}

fn described() -> OpenApi {
    let (_, routes) = server::routes().split_for_parts();
    let mut info = InfoBuilder::new()
        .title("Dearly")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "Customer health from deployment, engagement, adoption and return on investment, as of any day and \
             explained down to the fact. Days are ISO dates and mean their end; instants are RFC 3339 in UTC; amounts are \
             cents of the reporting currency; scores are 0 to 100 and unrounded; rates and coverages are fractions. \
             Everything that goes wrong is problem details (RFC 9457).",
        ))
        .build();
    let mut license = License::new("Apache-2.0");
    license.identifier = Some("Apache-2.0".to_owned());
    info.license = Some(license);
    let mut own = OpenApiBuilder::new()
        .info(info)
        .tags(Some(
            TAGS.map(|(name, description)| {
                TagBuilder::new().name(name).description(Some(description)).build()
            }),
        ))
        .servers(Some([ServerBuilder::new().url("/").description(Some("the server that was asked")).build()]))
        .build();
    own.merge(routes);
    let (_, telemetry) = ingest::routes().split_for_parts();
    own.merge(telemetry);
    let mut schemas = vec![(ProblemDetails::name().into_owned(), ProblemDetails::schema())];
    ProblemDetails::schemas(&mut schemas);
    own.components.get_or_insert_default().schemas.extend(schemas);
    for path in own.paths.paths.values_mut() {
        let own = [&mut path.get, &mut path.post].into_iter().flatten();
        // Senders of telemetry are told otherwise.
        for operation in own.filter(|own| own.tags.iter().flatten().all(|tag| tag != ingest::TAG)) {
            add_problems(operation);
        }
    }
    own
}

/// What can go wrong with an operation follows from what it is given.
fn add_problems(operation: &mut Operation) {
    let in_path = parameters(operation).any(|own| own.parameter_in == ParameterIn::Path);
    let has_body = operation.request_body.is_some();
    let mut problems = vec![
        (400, "a parameter or the body makes no sense; the detail names it"),
        (403, "the server is asked by another name than localhost, or by a page of another site"),
    ];
    if in_path || operation.responses.responses.contains_key("404") {
        problems.push((404, "there is no such thing"));
    }
    if has_body {
        problems.push((413, "the body is too large"));
        problems.push((415, "bodies of this kind are not read"));
        problems.push((422, "the documents or the rows cannot be taken; all mistakes are listed"));
    }
    problems.push((500, "the server failed; its log says more under the request's id"));
    problems.push((503, "someone else is writing, or there is too much to do: try again later"));
    for (status, description) in problems {
        let content =
            ContentBuilder::new().schema(Some(Ref::from_schema_name(ProblemDetails::name()))).build();
        let mut response = ResponseBuilder::new().description(description).content(PROBLEM_JSON, content);
        if status == 503 {
            let seconds = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1)).build();
            let header = HeaderBuilder::new().schema(Some(seconds)).description(Some("seconds")).build();
            response = response.header("Retry-After", header);
        }
        operation.responses.responses.insert(status.to_string(), response.build().into());
    }
}

fn parameters(operation: &Operation) -> impl Iterator<Item = &Parameter> {
    operation.parameters.iter().flatten().filter_map(|own| match own {
        RefOr::T(parameter) => Some(parameter),
        RefOr::Ref(_) => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_has_an_id_a_tag_and_words() {
        let api = described();
        let mut ids = Vec::new();
        for (path, item) in &api.paths.paths {
            for operation in [&item.get, &item.post].into_iter().flatten() {
                let id = operation.operation_id.clone().unwrap_or_else(|| panic!("{path} has no id"));
                assert!(operation.tags.as_ref().is_some_and(|tags| tags.len() == 1), "{id} has one tag");
                assert!(operation.summary.is_some(), "{id} has a summary");
                for parameter in parameters(operation) {
                    assert!(parameter.description.is_some(), "{id}: {} has a description", parameter.name);
                }
                ids.push(id);
            }
        }
        let n_operations = ids.len();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), n_operations, "ids are unique");
    }
}
