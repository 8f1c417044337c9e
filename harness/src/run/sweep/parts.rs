//! What belongs to a stream and keeps it from being deleted.

use crate::case::ast::{FixtureName, Reference, Resource, Resources};
use crate::observe::describe::description;
use crate::plan::bind::Bindings;
use crate::run::fixtures::Located;
use crate::run::session::Session;

use super::pages::{first_page, items, next_page};
use super::{MOST_PAGES, request};

/// Deletes the resources of every kind that goes with a stream, as far as the target lists them. What is
/// left keeps the stream, whose deletion says so.
pub(super) async fn delete(session: &Session, resources: &Resources, stream: &Located) {
    let is_part = |kind: &&std::sync::Arc<Resource>| kind.tags.is_none();
    let mut parts = resources.kinds.values().filter(is_part).peekable();
    if parts.peek().is_none() {
        return;
    }
    let Some(names) = names_of(session, stream).await else { return };
    for kind in parts {
        let Some(list) = &kind.list else { continue };
        let mut page = Some(first_page(list, &names));
        let mut found = Vec::new();
        for _ in 0..MOST_PAGES {
            let Some(input) = page.take() else { break };
            let Ok(observed) = request(session, &list.call.operation.value, &input).await else { break };
            let Some(output) = observed.decoded.output() else { break };
            let shown = items(kind, list, output);
            page = next_page(list, input.clone(), output, shown.last().map(String::as_str));
            page = page.filter(|next| *next != input);
            found.extend(shown);
        }
        for name in found {
            let part = Located::new(kind, &name, names.clone());
            if let Ok(input) = part.input(&kind.delete.with) {
                // What it answers shows in the next answer to the deletion of the stream.
                let _ = request(session, &kind.delete.operation.value, &input).await;
            }
        }
    }
}

/// What the calls about a part of a stream refer to.
async fn names_of(session: &Session, stream: &Located) -> Option<Bindings> {
    let address = stream.address().ok()?;
    let mut names = Bindings::default();
    for description_call in &stream.kind.describe {
        let observed = request(session, &description_call.operation.value, &address).await.ok()?;
        let shown = observed.decoded.output().and_then(|output| description(&stream.kind, output));
        let arn = shown.and_then(|shown| shown.get(&stream.kind.shows_arn.value)?.as_str());
        if let (Some(arn), Some(name)) = (arn, stream.names.text(&Reference::ResourceName)) {
            names.set(Reference::StreamArn(FixtureName::Stream), arn);
            names.set(Reference::StreamName(FixtureName::Stream), name);
            return Some(names);
        }
    }
    None
}
