//! What was asked, read into types; what is wrong with it is a problem that names the parameter.

use std::fmt::Display;
use std::str::FromStr;

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::request::Parts;
use dearly_app::When;
use dearly_domain::{Calendar, Day, Instant};
use serde::de::{DeserializeOwned, Error, IntoDeserializer};
use serde::{Deserialize, Deserializer};
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, OneOfBuilder, SchemaFormat, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{IntoParams, PartialSchema, ToSchema};

use crate::problem::{Kind, Problem};

/// The query string. Parameters that the route does not have are refused: a misspelt filter would show wrong numbers.
pub(crate) struct Asked<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Asked<T>, Problem> {
        match Query::try_from_uri(&parts.uri) {
            Ok(Query(asked)) => Ok(Asked(asked)),
            Err(rejection) => {
                let words = rejection.body_text();
                Err(Problem::invalid(
                    words.strip_prefix("Failed to deserialize query string: ").unwrap_or(&words),
                ))
            }
        }
    }
}

/// The parts of the path that have a name.
pub(crate) struct Named<T>(pub(crate) T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Named<T> {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Named<T>, Problem> {
        match Path::from_request_parts(parts, state).await {
            Ok(Path(named)) => Ok(Named(named)),
            Err(rejection) => {
                Err(Problem::invalid(format!("the path cannot be read: {}", rejection.body_text())))
            }
        }
    }
}

/// A JSON body.
pub(crate) struct Given<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Given<T> {
    type Rejection = Problem;
    async fn from_request(request: Request, state: &S) -> Result<Given<T>, Problem> {
        match Json::from_request(request, state).await {
            Ok(Json(given)) => Ok(Given(given)),
            Err(rejection) => {
                let kind = match &rejection {
                    JsonRejection::MissingJsonContentType(_) => Kind::MediaType,
                    rejection if rejection.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE => {
                        Kind::TooLarge
                    }
                    _ => Kind::Invalid,
                };
                Err(Problem::new(kind, format!("the body cannot be read: {}", rejection.body_text())))
            }
        }
    }
}

/// The day that is asked about, and what may be known.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AsOf {
    /// The day; its end is meant. The default is the book's `default_as_of`.
    #[param(inline)]
    as_of: Option<Day>,
    /// Only facts that were recorded by this instant, or by the end of this day in UTC.
    #[param(inline)]
    known_by: Option<KnownBy>,
}

impl AsOf {
    pub(crate) fn when(&self) -> When {
        when(self.as_of, self.known_by)
    }
}

/// The day and what may be known, as the use cases want them.
pub(crate) fn when(as_of: Option<Day>, known_by: Option<KnownBy>) -> When {
    When { as_of, known_by: known_by.map(|known_by| known_by.0) }
}

/// An instant, or a day whose end in UTC is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct KnownBy(pub(crate) Instant);

impl<'de> Deserialize<'de> for KnownBy {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<KnownBy, D::Error> {
        let text = String::deserialize(deserializer)?;
        if let Ok(day) = text.parse::<Day>() {
            return Ok(KnownBy(Instant::from_micros(Calendar::utc().end_of(day).micros() - 1)));
        }
        // An offset that was not encoded: `+02:00` arrives as ` 02:00`.
        let instant =
            text.parse::<Instant>().or_else(|error| text.replace(' ', "+").parse().map_err(|_| error));
        instant.map(KnownBy).map_err(|error| D::Error::custom(format!("{error}, nor a date like 2026-11-22")))
    }
}

/// A comma list, as in `enterprise,smb`. A value with a comma of its own stands in double quotes, one of its own
/// doubled; empty values are none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct List<T>(pub(crate) Vec<T>);

impl<T> Default for List<T> {
    fn default() -> List<T> {
        List(Vec::new())
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<List<T>, D::Error> {
        let values = split(&String::deserialize(deserializer)?);
        let parsed = values.into_iter().map(|value| T::deserialize(value.into_deserializer()));
        parsed.collect::<Result<_, serde::de::value::Error>>().map(List).map_err(D::Error::custom)
    }
}

fn split(text: &str) -> Vec<String> {
    let (mut values, mut value, mut quoted) = (Vec::new(), String::new(), false);
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.next_if_eq(&'"').is_some() => value.push('"'),
            '"' if quoted => quoted = false,
            '"' if value.is_empty() => quoted = true,
            ',' if !quoted => values.push(std::mem::take(&mut value)),
            letter => value.push(letter),
        }
    }
    values.push(value);
    values.retain(|value| !value.is_empty());
    values
}

/// A whole number within a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Whole(pub(crate) i64);

impl<'de> Deserialize<'de> for Whole {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Whole, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map(Whole).map_err(|_| D::Error::custom(format!("{text:?} is not a whole number")))
    }
}

/// A whole number between two, for `deserialize_with`.
pub(crate) fn between<'de, const LOW: u32, const HIGH: u32, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<u32>, D::Error> {
    let text = String::deserialize(deserializer)?;
    match text.parse::<u32>() {
        Ok(number) if (LOW..=HIGH).contains(&number) => Ok(Some(number)),
        _ => Err(D::Error::custom(format!("{text:?} is not a whole number from {LOW} to {HIGH}"))),
    }
}

/// A word that a type knows, for `deserialize_with`.
pub(crate) fn word<'de, T: FromStr<Err: Display>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    String::deserialize(deserializer)?.parse().map(Some).map_err(D::Error::custom)
}

impl PartialSchema for KnownBy {
    fn schema() -> RefOr<Schema> {
        let text = |format| {
            ObjectBuilder::new().schema_type(Type::String).format(Some(SchemaFormat::KnownFormat(format)))
        };
        OneOfBuilder::new().item(text(KnownFormat::DateTime)).item(text(KnownFormat::Date)).into()
    }
}

impl ToSchema for KnownBy {}

/// A type that only describes: a text of one of these words.
macro_rules! described_as_one_of {
    ($(#[$doc:meta])* $name:ident, $words:expr) => {
        $(#[$doc])*
        pub(crate) struct $name;

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                let text = utoipa::openapi::ObjectBuilder::new().schema_type(utoipa::openapi::Type::String);
                text.enum_values(Some($words)).into()
            }
        }

        impl utoipa::ToSchema for $name {}
    };
}
pub(crate) use described_as_one_of;

described_as_one_of!(
    /// How far apart days are.
    EveryWord,
    ["day", "week", "month"]
);

/// Of a route that has no parameter: any is refused.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NoParameters {}

#[cfg(test)]
mod tests {
    use axum::http::Uri;
    use dearly_app::view::Colour;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Example {
        as_of: Option<Day>,
        known_by: Option<KnownBy>,
        #[serde(default)]
        segment: List<String>,
        #[serde(default)]
        tier: List<Whole>,
        #[serde(default)]
        colour: List<Colour>,
        #[serde(default, deserialize_with = "between::<1, 1000, _>")]
        limit: Option<u32>,
        #[serde(default, deserialize_with = "word")]
        every: Option<dearly_app::score::Every>,
    }

    async fn read(query: &str) -> Result<Example, String> {
        let uri: Uri = format!("/?{query}").parse().unwrap();
        let (mut parts, ()) = axum::http::Request::builder().uri(uri).body(()).unwrap().into_parts();
        let asked = Asked::<Example>::from_request_parts(&mut parts, &()).await;
        asked.map(|asked| asked.0).map_err(|problem| format!("{problem:?}"))
    }

    #[tokio::test]
    async fn what_makes_sense_is_read() {
        let asked = read("as_of=2026-03-01&segment=enterprise,smb&tier=1,3&colour=red&limit=20&every=month")
            .await
            .unwrap();
        assert_eq!(asked.as_of.unwrap().to_string(), "2026-03-01");
        assert_eq!(asked.segment.0, ["enterprise", "smb"]);
        assert_eq!(asked.tier.0, [Whole(1), Whole(3)]);
        assert_eq!(asked.colour.0, [Colour::Red]);
        assert_eq!(asked.limit, Some(20));
        assert_eq!(asked.every, Some(dearly_app::score::Every::Month));
        assert!(read("").await.unwrap().segment.0.is_empty());
    }

    #[tokio::test]
    async fn what_makes_no_sense_is_named() {
        for (query, said) in [
            ("as_of=2026-02-30", r#"as_of: \"2026-02-30\" is not a date like 2026-11-22"#),
            (
                "known_by=soon",
                r#"known_by: \"soon\" is not an instant like 2026-11-22T09:30:00Z, nor a date like 2026-11-22"#,
            ),
            ("tier=one", r#"tier: \"one\" is not a whole number"#),
            (
                "colour=blue",
                "colour: unknown variant `blue`, expected one of `green`, `yellow`, `red`, `unknown`",
            ),
            ("limit=0", r#"limit: \"0\" is not a whole number from 1 to 1000"#),
            ("limit=1001", r#"limit: \"1001\" is not a whole number from 1 to 1000"#),
            ("limit=", r#"limit: \"\" is not a whole number from 1 to 1000"#),
            ("every=year", r#"every: \"year\" is none of day, week, month"#),
            ("segmnt=smb", "segmnt: unknown field `segmnt`, expected one of `as_of`, `known_by`, `segment`"),
            ("limit=1&limit=2", "duplicate field `limit`"),
        ] {
            let problem = read(query).await.unwrap_err();
            assert!(problem.contains(said), "{query}: {problem}");
        }
    }

    #[tokio::test]
    async fn known_by_is_an_instant_or_the_end_of_a_day() {
        for (text, instant) in [
            ("2026-03-01", "2026-03-01T23:59:59.999999Z"),
            ("2026-03-01T10:00:00Z", "2026-03-01T10:00:00Z"),
            ("2026-03-01T10:00:00%2B02:00", "2026-03-01T08:00:00Z"),
            ("2026-03-01T10:00:00+02:00", "2026-03-01T08:00:00Z"),
        ] {
            let asked = read(&format!("known_by={text}")).await.unwrap();
            assert_eq!(asked.known_by.unwrap().0.to_string(), instant);
        }
    }

    #[test]
    fn lists_may_quote_a_comma() {
        for (text, values) in [
            ("a", &["a"][..]),
            ("a,b", &["a", "b"]),
            ("\"Banking, Insurance\",Retail", &["Banking, Insurance", "Retail"]),
            ("\"say \"\"ah\"\"\"", &["say \"ah\""]),
            ("a\"b", &["a\"b"]),
            (",a,,", &["a"]),
            ("", &[]),
        ] {
            assert_eq!(split(text), values, "{text}");
        }
    }
}
