//! Traits: what is said of a user or of an account.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::value::RawValue;
use serde_json::{Map, Value as Tree};

use crate::json::Value;

/// Traits in layers, the first over the others, as the text of a JSON object; `None` where there are none.
///
/// # Errors
/// Words, where a layer is something else than an object.
pub(super) fn merged<'a, const N: usize>(layers: [Value<'a>; N]) -> Result<Option<Cow<'a, str>>, String> {
    let mut texts = Vec::new();
    for layer in layers {
        match layer {
            Value::Null => {}
            Value::Object(text) => texts.push(text),
            _ => return Err("traits is not an object".to_owned()),
        }
    }
    match texts.len() {
        0 | 1 => Ok(texts.pop()),
        _ => {
            let layers = texts.iter().rev().map(|text| serde_json::from_str::<Map<String, Tree>>(text));
            if let Ok(layers) = layers.collect::<Result<Vec<_>, _>>() {
                let merged: Map<String, Tree> = layers.into_iter().flatten().collect();
                return Ok(Some(Cow::Owned(Tree::Object(merged).to_string())));
            }
            // A number may be larger than any that can be held: then values stay the text that they are.
            let mut merged: BTreeMap<String, &RawValue> = BTreeMap::new();
            for text in texts.iter().rev() {
                let layer: BTreeMap<String, &RawValue> = serde_json::from_str(text)
                    .map_err(|error| format!("traits hold what cannot be read: {error}"))?;
                merged.extend(layer);
            }
            Ok(Some(Cow::Owned(serde_json::to_string(&merged).expect("they were JSON"))))
        }
    }
}
