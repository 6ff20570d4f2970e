//! Paths and variables as JSON. One that is not UTF-8 is a string with U+FFFD, and the document's `bytes` maps that
//! string's JSON Pointer (RFC 6901) to its real bytes in base64.

use std::ffi::OsStr;
use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Map, Value};

/// Text of the system as a member of the document.
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(transparent))]
pub(super) struct Text<'a>(#[cfg_attr(test, schemars(with = "str"))] &'a OsStr);

impl<'a> Text<'a> {
    pub(super) fn new(text: &'a (impl AsRef<OsStr> + ?Sized)) -> Self {
        Text(text.as_ref())
    }

    pub(super) fn list(paths: &'a [PathBuf]) -> Vec<Self> {
        paths.iter().map(Text::new).collect()
    }
}

/// Marks the object that stands for a string that is not UTF-8 until its JSON Pointer is known.
const BYTES_KEY: &str = "\0bytes";

impl Serialize for Text<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let Some(text) = self.0.to_str() {
            return serializer.serialize_str(text);
        }
        let mut object = serializer.serialize_map(Some(2))?;
        object.serialize_entry(BYTES_KEY, &STANDARD.encode(self.0.as_encoded_bytes()))?;
        object.serialize_entry("", &self.0.to_string_lossy())?;
        object.end()
    }
}

/// Replaces the objects of [`Text`] with their strings, and collects the real bytes.
pub(super) fn extract_bytes(value: &mut Value, at: &mut String, bytes: &mut Map<String, Value>) {
    let length = at.len();
    match value {
        Value::Object(object) if object.contains_key(BYTES_KEY) => {
            let real = object.remove(BYTES_KEY).unwrap_or_default();
            bytes.insert(at.clone(), real);
            *value = object.remove("").unwrap_or_default();
        }
        Value::Object(object) => {
            for (key, value) in object {
                at.push_str(&format!("/{}", key.replace('~', "~0").replace('/', "~1")));
                extract_bytes(value, at, bytes);
                at.truncate(length);
            }
        }
        Value::Array(array) => {
            for (index, value) in array.iter_mut().enumerate() {
                at.push_str(&format!("/{index}"));
                extract_bytes(value, at, bytes);
                at.truncate(length);
            }
        }
        _ => {}
    }
}
