//! JSON Schema for editors, written from the table of shapes.

use std::path::Path;

use serde_json::{Map, Value, json};

use crate::document::write_file;
use crate::problem::Problem;
use crate::shape::{Form, KINDS, Name, SQL, Shape, VALUES};

const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";
const FOLDER: &str = ".dearly/schema";
const SHARE: &str = r"^[+-]?(\d+(\.\d*)?|\.\d+)%?$";

/// One schema for each kind of document: the name of its file, and the schema in draft 2020-12.
pub fn schema() -> Vec<(String, Value)> {
    KINDS.iter().map(|shape| (format!("{}.json", shape.name), schema_of(shape))).collect()
}

/// Writes the schemas to `.dearly/schema` in the folder of a workbook, where the first line of each default file
/// points editors to.
///
/// # Errors
/// The first file that cannot be written.
pub fn write_schema(dir: &Path) -> Result<(), Problem> {
    for (name, value) in schema() {
        write_file(dir, &format!("{FOLDER}/{name}"), &format!("{value:#}\n"))?;
    }
    Ok(())
}

fn schema_of(shape: &Shape) -> Value {
    let Value::Object(body) = object(shape) else { unreachable!("an object is written as one") };
    let mut schema = Map::new();
    schema.insert("$schema".to_owned(), DIALECT.into());
    schema.insert("title".to_owned(), shape.name.into());
    schema.extend(body);
    schema.into()
}

fn object(shape: &Shape) -> Value {
    let properties: Map<String, Value> = shape
        .fields
        .iter()
        .map(|member| {
            let mut property = form(&member.form, shape);
            property["description"] = member.meaning.into();
            (member.name.to_owned(), property)
        })
        .collect();
    let required: Vec<&str> =
        shape.fields.iter().filter(|member| member.required).map(|member| member.name).collect();
    json!({
        "description": shape.meaning,
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

fn form(form: &Form, shape: &Shape) -> Value {
    match form {
        Form::Kind => json!({ "const": shape.name }),
        Form::Id => json!({ "type": "string", "pattern": Name::Id.pattern() }),
        // YAML reads a bare 7 or true as what it is; the workbook takes it as text all the same.
        Form::Text => json!({ "type": ["string", "number", "boolean"] }),
        Form::Flag => json!({ "type": "boolean" }),
        Form::Number(least, most) if most.is_finite() => {
            json!({ "type": "number", "minimum": least, "maximum": most })
        }
        Form::Number(least, _) => json!({ "type": "number", "minimum": least }),
        Form::Whole(least, most) => json!({ "type": "integer", "minimum": least, "maximum": most }),
        Form::Share => json!({ "anyOf": [
            { "type": "string", "pattern": SHARE },
            { "type": "number", "minimum": 0, "maximum": 1 },
        ] }),
        Form::Days(0) => json!({ "type": "string", "pattern": r"^\d+\s*d$" }),
        Form::Days(_) => json!({ "type": "string", "pattern": r"^0*[1-9]\d*\s*d$" }),
        Form::Currency => json!({ "type": "string", "pattern": Name::Currency.pattern() }),
        Form::Condition => json!({ "type": ["string", "boolean"] }),
        Form::Word(words) => json!({ "enum": words }),
        Form::Texts => json!({ "anyOf": [
            { "type": "string" },
            { "type": "array", "items": { "type": ["string", "number", "boolean"] } },
        ] }),
        Form::List(item) => json!({ "type": "array", "items": self::form(item, shape) }),
        Form::Map(name, value) => {
            let mut map = json!({ "type": "object", "additionalProperties": self::form(value, shape) });
            if let Some(pattern) = name.pattern() {
                map["propertyNames"] = json!({ "pattern": pattern });
            }
            map
        }
        Form::Either(forms) => {
            json!({ "anyOf": forms.iter().map(|one| self::form(one, shape)).collect::<Vec<_>>() })
        }
        Form::Object(inner) => object(inner),
        Form::Value => value(),
        Form::Points => points(),
    }
}

/// The name of a kind, or an object with that one key, beside which `per` may stand.
fn value() -> Value {
    let bare =
        VALUES.iter().filter(|shape| shape.name != SQL && shape.fields.iter().all(|member| !member.required));
    let names: Vec<Value> =
        bare.map(|shape| json!({ "const": shape.name, "description": shape.meaning })).collect();
    let mut choices = vec![json!({ "oneOf": names })];
    for shape in VALUES {
        let mut parameters = match shape.name {
            SQL => json!({ "type": "string", "minLength": 1, "description": shape.meaning }),
            _ => object(shape),
        };
        // `active_users:` with nothing behind it takes every default.
        if shape.name != SQL {
            parameters["type"] = json!(["object", "null"]);
        }
        let mut properties = json!({ shape.name: parameters });
        if let Some(per) = shape.fields.iter().find(|member| member.name == "per") {
            properties["per"] = form(&per.form, shape);
        }
        choices.push(json!({
            "type": "object",
            "properties": properties,
            "required": [shape.name],
            "additionalProperties": false,
        }));
    }
    json!({ "anyOf": choices })
}

fn points() -> Value {
    let knots = json!({
        "type": "object",
        "minProperties": 1,
        "patternProperties": { SHARE: { "type": "number", "minimum": 0, "maximum": 100 } },
        "additionalProperties": false,
    });
    let only = |name: &str, value: &Value| {
        json!({
            "type": "object",
            "properties": { name: value },
            "required": [name],
            "additionalProperties": false,
        })
    };
    let steps = only("steps", &knots);
    let curve = json!({ "anyOf": [knots, steps] });
    let ages = json!({
        "type": "object",
        "minProperties": 1,
        "patternProperties": { r"^\d+\s*m$": curve },
        "additionalProperties": false,
    });
    json!({ "anyOf": [knots, steps, only("by_age", &ages)] })
}
