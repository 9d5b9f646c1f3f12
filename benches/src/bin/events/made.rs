//! Events as clients send them.

use milliways_model::time::{Clock, SystemClock};
use milliways_model::{Uuid, uuid7_now};

/// An event with its id.
pub(crate) fn event(number: u64) -> (Uuid, String) {
    let (id, now) = (uuid7_now(), SystemClock.now());
    let name = if number.is_multiple_of(3) {
        "order.placed"
    } else {
        "order.shipped"
    };
    let text = format!(
        r#"{{"id":"{id}","occurred":"{now}","event":"{name}","resource":{{"prefect.resource.id":"order.{number}","prefect.resource.name":"order {number}"}},"related":[{{"prefect.resource.id":"shop.{}","prefect.resource.role":"shop"}}],"payload":{{"number":{number},"text":"a parcel is on its way to where it was ordered"}}}}"#,
        number % 50
    );
    (id, text)
}
