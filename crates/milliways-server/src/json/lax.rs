//! What a value of another type is taken for where a number or a truth value is wanted: the same as by pydantic.

use serde_json::Value;

/// The value that counts, or the type and text of the error.
pub(super) type Taken = Result<Value, (&'static str, &'static str)>;

/// Below this every whole float is exactly an integer.
const WHOLE: f64 = 9_007_199_254_740_992.0;

/// What is no integer of 64 bits, as one.
pub(super) fn integer(value: &Value) -> Taken {
    match value {
        Value::Bool(is_one) => Ok(i64::from(*is_one).into()),
        Value::Number(number) => match number.as_f64() {
            Some(float) if float.fract() != 0.0 => Err((
                "int_from_float",
                "Input should be a valid integer, got a number with a fractional part",
            )),
            #[expect(
                clippy::cast_possible_truncation,
                reason = "it is whole, and below 2^53"
            )]
            Some(float) if float.abs() < WHOLE => Ok((float as i64).into()),
            _ => Err((
                "int_parsing_size",
                "Input should be a valid integer of at most 64 bits",
            )),
        },
        Value::String(text) => match text.trim().parse::<i64>() {
            Ok(number) => Ok(number.into()),
            Err(_) => Err((
                "int_parsing",
                "Input should be a valid integer, unable to parse string as an integer",
            )),
        },
        _ => Err(("int_type", "Input should be a valid integer")),
    }
}

/// What is no number, as one.
pub(super) fn number(value: &Value) -> Taken {
    match value {
        Value::Bool(is_one) => Ok(f64::from(u8::from(*is_one)).into()),
        Value::String(text) => match text.trim().parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(number.into()),
            _ => Err((
                "float_parsing",
                "Input should be a valid number, unable to parse string as a number",
            )),
        },
        _ => Err(("float_type", "Input should be a valid number")),
    }
}

/// What is neither true nor false, as one of the two.
pub(super) fn boolean(value: &Value) -> Taken {
    const UNREADABLE: (&str, &str) = (
        "bool_parsing",
        "Input should be a valid boolean, unable to interpret input",
    );
    match value {
        Value::Number(number) if number.as_f64() == Some(0.0) => Ok(false.into()),
        Value::Number(number) if number.as_f64() == Some(1.0) => Ok(true.into()),
        Value::Number(_) => Err(UNREADABLE),
        Value::String(text) => truth(text).map(Value::from).ok_or(UNREADABLE),
        _ => Err(("bool_type", "Input should be a valid boolean")),
    }
}

/// The words for true and false, in any case.
pub(crate) fn truth(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" | "on" | "t" | "y" | "yes" => Some(true),
        "false" | "0" | "off" | "f" | "n" | "no" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn texts_and_whole_floats_are_taken_for_numbers() {
        assert_eq!(integer(&json!("30")), Ok(json!(30)));
        assert_eq!(integer(&json!(30.0)), Ok(json!(30)));
        assert_eq!(integer(&json!(true)), Ok(json!(1)));
        assert_eq!(number(&json!("2.5")), Ok(json!(2.5)));
        for (value, kind) in [
            (json!("x"), "int_parsing"),
            (json!(1.5), "int_from_float"),
            (json!(1e300), "int_parsing_size"),
            (json!([]), "int_type"),
        ] {
            assert_eq!(integer(&value).unwrap_err().0, kind, "{value}");
        }
        assert_eq!(number(&json!("nan")).unwrap_err().0, "float_parsing");
        assert_eq!(number(&json!({})).unwrap_err().0, "float_type");
    }

    #[test]
    fn words_are_taken_for_truth_values() {
        assert_eq!(boolean(&json!("YES")), Ok(json!(true)));
        assert_eq!(boolean(&json!(0)), Ok(json!(false)));
        assert_eq!(boolean(&json!("maybe")).unwrap_err().0, "bool_parsing");
        assert_eq!(boolean(&json!(2)).unwrap_err().0, "bool_parsing");
        assert_eq!(boolean(&json!(null)).unwrap_err().0, "bool_type");
    }
}
